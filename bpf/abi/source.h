/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#pragma once

#include "bpf/abi/address.h"
#include "bpf/abi/line.h"

/*
 * Value of sp_sources; its key is the source's struct sp_address, for IPv6 with the lower
 * 64 bits zero (a source is judged by its /64). Writer: agent.
 */
struct sp_source_state {
	__u64 expires_ns;  /* CLOCK_BOOTTIME; from then on the entry is ignored */
	__u32 verdict;     /* enum sp_verdict, a DROP_SOURCE_* */
	__u32 refusals;    /* evidence: refused keys seen when the verdict was made */
	__u64 made_unix_s; /* evidence: when the verdict was made, wall clock */
	__u32 repetition;  /* evidence: how many bans in a row; the time grows with it */
	__u32 reserved;    /* zero */
};
SP_LAYOUT(struct sp_source_state, 32);

/*
 * Value of sp_paces, by source as in sp_sources: the clock of its new connections, as in
 * struct sp_key_clocks. Writer: kernel. An LRU map, since it holds nothing that anybody
 * has decided: a source that is forgotten begins with a full budget.
 */
struct sp_pace {
	__u64 clock_ns;
};
SP_LAYOUT(struct sp_pace, 8);

/* expires_ns of a verdict that only an operator ends. */
#define SP_NEVER (~0ULL)

/*
 * Every source whose key is not 0 has a row in sp_source_lines besides, unless its line
 * was full: what a packet needs, while sp_sources keeps the evidence. The key is the
 * first half of the address as it lies in memory, and for IPv4 the address in the upper
 * 32 bits; IPv6 prefixes that begin with 32 zero bits (reserved, RFC 4291) have none.
 * Value: end in units of 2^16 ns (upper 48 bits), verdict (8 bits), flags.
 */
#define SP_SOURCE_END_SHIFT 16
#define SP_SOURCE_NEVER (SP_NEVER >> SP_SOURCE_END_SHIFT << SP_SOURCE_END_SHIFT)

static inline __attribute__((always_inline)) __u64 sp_v4_source_row_key(__be32 address)
{
	return (__u64)address << 32;
}

/* 0: none. */
static inline __attribute__((always_inline)) __u64 sp_v6_source_row_key(__u64 prefix)
{
	return (__u32)prefix ? prefix : 0;
}

static inline __attribute__((always_inline)) __u64 sp_source_row_value(__u64 expires_ns,
								       __u32 verdict)
{
	return expires_ns >> SP_SOURCE_END_SHIFT << SP_SOURCE_END_SHIFT |
	       (__u64)(verdict & 0xff) << SP_ROW_SHIFT;
}
