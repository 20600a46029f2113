/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether a source is banned. */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "bpf/lib/line.h"
#include "bpf/lib/maps.h"
#include "bpf/lib/parse.h"

static __always_inline int sp_is_source_drop(__u32 verdict)
{
	return verdict == SP_DROP_SOURCE_OFFENDER || verdict == SP_DROP_SOURCE_BANNED;
}

/* A ban that has ended, or a verdict that is none of a source's: no knowledge. */
static __always_inline enum sp_verdict sp_judge_ban(__u32 verdict, __u64 expires_ns)
{
	if (!sp_is_source_drop(verdict))
		return SP_PASS_UNJUDGED;
	if (expires_ns < SP_SOURCE_NEVER && expires_ns <= bpf_ktime_get_boot_ns())
		return SP_PASS_UNJUDGED;
	return verdict;
}

static __noinline __u32 sp_judge_hashed_source(const struct sp_address *source)
{
	struct sp_source_state *state = bpf_map_lookup_elem(&sp_sources, source);

	return state ? sp_judge_ban(state->verdict, state->expires_ns) : SP_PASS_UNJUDGED;
}

static __always_inline enum sp_verdict sp_judge_source(const struct sp_packet *packet,
						       int is_v6, __u32 flags)
{
	__u64 key = is_v6 ? sp_v6_source_row_key(sp_prefix_of(&packet->source))
			  : sp_v4_source_row_key(packet->v4_source);
	__u32 index = sp_line_of(key, sp_line_seed, sp_source_line_count);
	struct sp_line *line = bpf_map_lookup_elem(&sp_source_lines, &index);
	struct sp_address source;
	__u64 value;

	if (key && line && sp_find_row(line, key, &value))
		return sp_judge_ban((__u8)(value >> SP_ROW_SHIFT),
				    value >> SP_SOURCE_END_SHIFT << SP_SOURCE_END_SHIFT);
	if (!(flags & SP_HAVE_HASHED_SOURCES) || (key && line && !sp_has_spilled(line)))
		return SP_PASS_UNJUDGED;
	source = is_v6 ? packet->source : sp_map_v4(packet->v4_source);
	if (is_v6)
		__builtin_memset(source.bytes + 8, 0, 8);
	return sp_judge_hashed_source(&source);
}
