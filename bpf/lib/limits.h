/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether a packet is within the limits of the key to which its connection is bound. */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "bpf/lib/budget.h"
#include "bpf/lib/line.h"
#include "bpf/lib/maps.h"

/* What a slot may never say by itself: the clocks do. */
static __always_inline int sp_is_over_limit(__u32 verdict)
{
	return verdict == SP_DROP_KEY_OVER_PACKETS || verdict == SP_DROP_KEY_OVER_BYTES;
}

/*
 * SP_PASS_BOUND, a DROP_KEY_OVER_*, or SP_PASS_UNJUDGED: the slot has changed hands while
 * its limits were read, and its next owner's budget is not this binding's.
 *
 * Out of line: most keys have no limit, and pay nothing for those that do. Global, so
 * that the verifier walks it once and not from every place that calls it.
 */
__noinline __u32 sp_police(__u32 index, __u32 generation, __u32 packets, __u32 bytes)
{
	struct sp_key_clocks *clocks = bpf_map_lookup_elem(&sp_key_clocks, &index);
	struct sp_key_slot *slot = bpf_map_lookup_elem(&sp_key_slots, &index);
	struct sp_limits limits;

	if (!clocks || !slot)
		return SP_PASS_UNJUDGED;
	limits.packet_cost_ns = SP_READ_ONCE(slot->limits.packet_cost_ns);
	limits.packet_burst_ns = SP_READ_ONCE(slot->limits.packet_burst_ns);
	limits.byte_cost = SP_READ_ONCE(slot->limits.byte_cost);
	limits.byte_burst_ns = SP_READ_ONCE(slot->limits.byte_burst_ns);
	if (SP_READ_ONCE(slot->generation) != generation)
		return SP_PASS_UNJUDGED;
	return sp_spend_limits(&limits, clocks, packets, bytes, bpf_ktime_get_boot_ns());
}
