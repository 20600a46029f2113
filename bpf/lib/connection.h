/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the key says to which a connection is bound. IPv4 connections are in the lines;
 * IPv6 ones, and those whose line was full, in the hash map.
 */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "bpf/lib/limits.h"
#include "bpf/lib/line.h"
#include "bpf/lib/maps.h"
#include "bpf/lib/parse.h"

/* A table may only say PASS_BOUND or a drop of its own kind; all else is no knowledge. */
static __always_inline int sp_is_connection_drop(__u32 verdict)
{
	return verdict >= SP_DROP_CONNECTION_OFFENDER &&
	       verdict <= SP_DROP_OWNER_INACTIVE;
}

/*
 * Generation and verdict of one moment: read together, so that a slot that changes its
 * owner meanwhile never lends the new owner's verdict to an old binding.
 */
struct sp_slot_state {
	__u32 generation;
	__u32 verdict;
};

static __always_inline struct sp_slot_state sp_read_slot(const struct sp_key_slot *slot)
{
	__u64 both = *(const volatile __u64 *)slot;
	struct sp_slot_state state;

	__builtin_memcpy(&state, &both, sizeof(state));
	return state;
}

/* What a key's slot must know of a packet. */
struct sp_weight {
	__u32 packets;
	__u32 bytes; /* of TCP payload: what the inner door gets to read */
	__u8 flags;
};

static __always_inline struct sp_weight sp_weigh(const struct sp_packet *packet)
{
	return (struct sp_weight){packet->packets, packet->payload, packet->flags};
}

/* SP_PASS_UNJUDGED: the slot does not judge this binding. */
static __always_inline enum sp_verdict sp_judge_slot(struct sp_weight weight, __u32 index,
						     __u32 generation)
{
	struct sp_key_slot *slot = bpf_map_lookup_elem(&sp_key_slots, &index);
	struct sp_slot_state state;
	enum sp_verdict verdict;

	if (!slot)
		return SP_PASS_UNJUDGED;
	state = sp_read_slot(slot);
	if (state.generation != generation)
		return SP_PASS_UNJUDGED;
	verdict = state.verdict;
	if (verdict == SP_PASS_BOUND) {
		if (!sp_has_limits(&slot->limits))
			return SP_PASS_BOUND;
		verdict = sp_police(index, generation, weight.packets, weight.bytes);
		if (!sp_is_over_limit(verdict))
			return verdict;
	} else if (!sp_is_connection_drop(verdict)) {
		return SP_PASS_UNJUDGED;
	}
	/* So that the sockets on both sides end. */
	return sp_is_closing(weight.flags) ? SP_PASS_CLOSING : verdict;
}

static __noinline __u32 sp_judge_hashed_connection(const struct sp_connection_key *key,
						   __u32 packets, __u32 bytes, __u8 flags)
{
	struct sp_weight weight = {packets, bytes, flags};
	struct sp_connection *binding = bpf_map_lookup_elem(&sp_connections, key);

	if (!binding || binding->superseded)
		return SP_PASS_UNJUDGED;
	if (sp_is_syn(flags)) {
		binding->superseded = 1;
		return SP_PASS_UNJUDGED;
	}
	return sp_judge_slot(weight, binding->slot, binding->generation);
}

static __always_inline enum sp_verdict
sp_judge_v6_connection(const struct sp_packet *packet, __u16 service_id)
{
	struct sp_connection_key key = {
	    .source = packet->source,
	    .source_port = packet->source_port,
	    .service_id = service_id,
	};

	return sp_judge_hashed_connection(&key, packet->packets, packet->payload,
					  packet->flags);
}

static __always_inline enum sp_verdict
sp_judge_v4_connection(const struct sp_packet *packet, __u16 service_id)
{
	__u64 key =
	    sp_connection_row_key(packet->v4_source, packet->source_port, service_id);
	__u32 index = sp_line_of(key, sp_line_seed, sp_connection_line_count);
	struct sp_line *line = bpf_map_lookup_elem(&sp_connection_lines, &index);
	struct sp_row *row;
	__u64 value;

	if (!line)
		return SP_PASS_UNJUDGED;
	row = sp_find_row(line, key, &value);
	if (!row) {
		struct sp_connection_key hashed = {
		    .source_port = packet->source_port,
		    .service_id = service_id,
		};

		if (!sp_has_spilled(line))
			return SP_PASS_UNJUDGED;
		hashed.source = sp_map_v4(packet->v4_source);
		return sp_judge_hashed_connection(&hashed, packet->packets,
						  packet->payload, packet->flags);
	}
	if (value & SP_ROW_SUPERSEDED)
		return SP_PASS_UNJUDGED;
	if (sp_is_syn(packet->flags)) {
		__sync_fetch_and_or(&row->value, SP_ROW_SUPERSEDED);
		return SP_PASS_UNJUDGED;
	}
	return sp_judge_slot(sp_weigh(packet), (__u32)value >> SP_ROW_SHIFT, value >> 32);
}
