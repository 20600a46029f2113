/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "bpf/lib/judge.h"
#include "bpf/lib/maps.h"

static __always_inline int sp_is_drop(enum sp_verdict verdict)
{
	return verdict >= SP_DROP_SOURCE_OFFENDER;
}

/* Counts the verdict and says whether the packet is to be dropped. */
static __always_inline int sp_account(struct sp_judgement judgement, __u64 bytes)
{
	__u32 index = judgement.verdict;
	int dropped = sp_is_drop(judgement.verdict) && judgement.mode == SP_MODE_ENFORCE;
	struct sp_counter *counter = bpf_map_lookup_elem(&sp_counters, &index);

	if (!counter)
		return dropped;
	if (sp_is_drop(judgement.verdict) && !dropped) {
		counter->observed_packets++;
		counter->observed_bytes += bytes;
	} else {
		counter->packets++;
		counter->bytes += bytes;
	}
	return dropped;
}
