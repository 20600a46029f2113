/* SPDX-License-Identifier: GPL-2.0-only */
/* What the operator's list of prefixes says of a source. */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "bpf/lib/line.h"
#include "bpf/lib/maps.h"
#include "bpf/lib/parse.h"

/* Rare for IPv4, and out of line for its stack. */
static __noinline __u32 sp_find_longer_cidr(const struct sp_address *source, __u32 list)
{
	struct sp_cidr_key key = {.bits = 8 * sizeof(*source)};
	struct sp_cidr_state *found;
	void *trie = bpf_map_lookup_elem(&sp_cidrs, &list);

	if (!trie)
		return SP_CIDR_NONE;
	key.base = *source;
	found = bpf_map_lookup_elem(trie, &key);
	return found ? found->kind : SP_CIDR_NONE;
}

/* Only with SP_HAVE_CIDRS in `flags`. */
static __always_inline __u32 sp_find_cidr(const struct sp_packet *packet, int is_v6,
					  __u32 flags)
{
	__u32 list = flags & SP_SECOND_CIDRS ? 1 : 0;
	struct sp_address source;

	if (is_v6) {
		if (!(flags & SP_HAVE_V6_CIDRS))
			return SP_CIDR_NONE;
	} else {
		__u32 block = bpf_ntohl(packet->v4_source) >> SP_CIDR_BLOCK_SHIFT;
		__u32 index = list * SP_CIDR_WORDS + sp_cidr_word_of(block);
		__u64 *word = bpf_map_lookup_elem(&sp_cidr_blocks, &index);
		__u32 kind;

		if (!word)
			return SP_CIDR_NONE;
		kind = SP_READ_ONCE(*word) >> sp_cidr_shift_of(block) & 3;
		if (kind != SP_CIDR_LONGER)
			return kind;
	}
	source = is_v6 ? packet->source : sp_map_v4(packet->v4_source);
	return sp_find_longer_cidr(&source, list);
}
