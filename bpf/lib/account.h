/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "bpf/lib/judge.h"
#include "bpf/lib/maps.h"

/* What becomes of a packet, as sp_account says it: the verdict and these. */
#define SP_OUTCOME_DROPPED 0x100U
#define SP_OUTCOME_SAMPLED 0x200U /* it is to be an event too */
#define SP_OUTCOME_RESET 0x400U   /* dropped, and the service wants it answered */

/* Of a connection that will never be good again; a limit passes with time. */
static __always_inline int sp_is_final(enum sp_verdict verdict)
{
	return sp_is_connection_drop(verdict) || verdict == SP_DROP_KEY_DENIED;
}

static __always_inline int sp_is_drop(enum sp_verdict verdict)
{
	return verdict >= SP_DROP_SOURCE_OFFENDER;
}

/*
 * Whether the packet of which `before` were counted is one in the interval. Packets that
 * are for no service are none of an operator's business here.
 */
static __always_inline int sp_is_sampled(enum sp_verdict verdict, __u64 before)
{
	struct sp_control *control;
	__u32 zero = 0, interval;

	if (verdict < SP_PASS_OFF)
		return 0;
	control = bpf_map_lookup_elem(&sp_control, &zero);
	if (!control)
		return 0;
	interval = sp_is_drop(verdict) ? control->sample_drops : control->sample_passes;
	return interval && (__u32)before % interval == 0;
}

/* Counts the verdict and says what becomes of the packet. */
static __always_inline __u32 sp_account(struct sp_judgement judgement, __u64 bytes)
{
	__u32 index = judgement.verdict;
	__u32 outcome = index;
	struct sp_counter *counter = bpf_map_lookup_elem(&sp_counters, &index);
	__u64 before;

	if (sp_is_drop(judgement.verdict) &&
	    sp_mode_of(judgement.service) == SP_MODE_ENFORCE) {
		outcome |= SP_OUTCOME_DROPPED;
		if (sp_traits_of(judgement.service) & SP_SERVICE_RESETS &&
		    sp_is_final(judgement.verdict))
			outcome |= SP_OUTCOME_RESET;
	}
	if (!counter)
		return outcome;
	if (sp_is_drop(judgement.verdict) && !(outcome & SP_OUTCOME_DROPPED)) {
		before = counter->observed_packets++;
		counter->observed_bytes += bytes;
	} else {
		before = counter->packets++;
		counter->bytes += bytes;
	}
	if (sp_is_sampled(judgement.verdict, before))
		outcome |= SP_OUTCOME_SAMPLED;
	return outcome;
}
