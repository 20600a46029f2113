/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * GCRA on one 64-bit clock, the kernel's twin of agent/limits: the clock holds the
 * CLOCK_BOOTTIME at which the budget is full again, and a unit conforms while that lies
 * at most the burst ahead. No division, no lock, no clock read here: compiles for the BPF
 * target and for the host.
 */
#pragma once

#include "bpf/abi/key_slot.h"
#include "bpf/abi/verdict.h"

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

/*
 * A lost race means that another CPU, or user space, has spent just now. Lost as often as
 * this, it counts as refused: the clock is known to be fought over, and what is admitted
 * must never be more than the limit.
 */
#define SP_BUDGET_TRIES 8

static __always_inline __u64 sp_read_clock(const __u64 *clock_ns)
{
	return *(const volatile __u64 *)clock_ns;
}

/* How far ahead of now a spend starts. */
static __always_inline __u64 sp_ahead(__u64 clock_ns, __u64 now)
{
	return clock_ns > now ? clock_ns - now : 0;
}

/* What the clock is after the spend; 0: it does not conform, and nothing was spent. */
static __always_inline __u64 sp_spend(__u64 *clock_ns, __u64 cost_ns, __u64 burst_ns,
				      __u64 now)
{
	__u64 seen = sp_read_clock(clock_ns);

	for (int tries = 0; tries < SP_BUDGET_TRIES; tries++) {
		__u64 ahead = sp_ahead(seen, now);
		__u64 met;

		if (ahead > burst_ns)
			return 0;
		met = __sync_val_compare_and_swap(clock_ns, seen, now + ahead + cost_ns);
		if (met == seen)
			return now + ahead + cost_ns;
		seen = met;
	}
	return 0;
}

static __always_inline int sp_has_limits(const struct sp_limits *limits)
{
	return (limits->packet_cost_ns | limits->byte_cost) != 0;
}

/*
 * SP_PASS_BOUND, or the limit that the frame is over; then it has spent nothing. Bytes
 * are looked at before the packets are spent. Where another CPU spends the last bytes
 * between look and spend, the packets are given back, unless their clock too has moved
 * meanwhile: then they are lost, on the side of refusing.
 */
static __always_inline enum sp_verdict sp_spend_limits(const struct sp_limits *limits,
						       struct sp_key_clocks *clocks,
						       __u32 packets, __u32 bytes,
						       __u64 now)
{
	__u64 packet_cost = packets * limits->packet_cost_ns;
	__u64 byte_cost = sp_cost_of_bytes(bytes, limits->byte_cost);
	__u64 spent = 0;

	if (byte_cost &&
	    sp_ahead(sp_read_clock(&clocks->bytes_ns), now) > limits->byte_burst_ns)
		return SP_DROP_KEY_OVER_BYTES;
	if (packet_cost) {
		spent = sp_spend(&clocks->packets_ns, packet_cost,
				 limits->packet_burst_ns, now);
		if (!spent)
			return SP_DROP_KEY_OVER_PACKETS;
	}
	if (byte_cost &&
	    !sp_spend(&clocks->bytes_ns, byte_cost, limits->byte_burst_ns, now)) {
		if (spent)
			__sync_val_compare_and_swap(&clocks->packets_ns, spent,
						    spent - packet_cost);
		return SP_DROP_KEY_OVER_BYTES;
	}
	return SP_PASS_BOUND;
}
