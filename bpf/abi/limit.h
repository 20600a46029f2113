/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#pragma once

#include "bpf/abi/layout.h"

/*
 * What a key's packets may do, by GCRA: what one unit spends, and how far the clock may
 * run ahead of now for a packet to conform still. Cost 0: no limit. Writer: agent; a
 * packet may meet the cost of one change and the burst of another.
 */
struct sp_limits {
	__u64 packet_cost_ns;
	__u64 packet_burst_ns;
	__u64 byte_cost; /* 2^-SP_BYTE_COST_SHIFT ns: a byte costs less than 1 ns above
			    1 GB/s */
	__u64 byte_burst_ns;
};
SP_LAYOUT(struct sp_limits, 32);

/* No cost of 2^16 bytes, and no clock, overflows below these. */
#define SP_BYTE_COST_SHIFT 16
#define SP_MOST_BYTE_COST (1000000000ULL << SP_BYTE_COST_SHIFT) /* one byte a second */
#define SP_MOST_BURST_NS (1ULL << 62)

/* Rounded up, so that no limit is exceeded. At most 2^16 + 39 bytes, an IPv6 packet. */
static inline __attribute__((always_inline)) __u64 sp_cost_of_bytes(__u64 bytes,
								    __u64 byte_cost)
{
	return (bytes * byte_cost + (1ULL << SP_BYTE_COST_SHIFT) - 1) >>
	       SP_BYTE_COST_SHIFT;
}
