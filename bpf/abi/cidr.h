/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#pragma once

#include "bpf/abi/address.h"

/*
 * The operator's prefixes. The longest one that has an address decides. There are two
 * lists, of which one is in force (SP_SECOND_CIDRS says which); a new list is made in the
 * other one, then the flag is turned: at every moment one whole list is in force.
 */
enum sp_cidr {
	SP_CIDR_NONE,
	SP_CIDR_ALLOW, /* no verdict on the source applies */
	SP_CIDR_DENY,
	SP_CIDR_LONGER, /* of a block alone: prefixes of it differ, ask the trie */
};
#define SP_CIDR_LISTS 2

/*
 * IPv4: two bits for each /24, the block, so that an address is judged by one load. 32
 * blocks a word, the lowest bits first; words of the second list follow those of the
 * first. Map sp_cidr_blocks (mmapable array).
 */
#define SP_CIDR_BLOCK_SHIFT 8 /* of an address in host byte order */
#define SP_CIDR_WORD_SHIFT 5
#define SP_CIDR_WORDS (1U << (32 - SP_CIDR_BLOCK_SHIFT - SP_CIDR_WORD_SHIFT))

static inline __attribute__((always_inline)) __u32 sp_cidr_word_of(__u32 block)
{
	return block >> SP_CIDR_WORD_SHIFT;
}

static inline __attribute__((always_inline)) __u32 sp_cidr_shift_of(__u32 block)
{
	return (block & ((1U << SP_CIDR_WORD_SHIFT) - 1)) * 2;
}

/*
 * Key of a list's trie (map sp_cidrs, by list), which holds every IPv6 prefix, and what
 * decides inside of a SP_CIDR_LONGER block. As struct bpf_lpm_trie_key.
 */
struct sp_cidr_key {
	__u32 bits; /* of the 128-bit, v4-mapped form */
	struct sp_address base;
};
SP_LAYOUT(struct sp_cidr_key, 20);

/* Value: enum sp_cidr, ALLOW or DENY. */
struct sp_cidr_state {
	__u32 kind;
};
SP_LAYOUT(struct sp_cidr_state, 4);
