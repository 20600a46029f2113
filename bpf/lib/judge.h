/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known against a packet? Only lookups and comparisons: every decision was made
 * in user space. Missing knowledge, another generation, a verdict that is none: pass.
 */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "bpf/lib/maps.h"
#include "bpf/lib/parse.h"

/* A verdict and how the service's mode wants it carried out. */
struct sp_judgement {
	enum sp_verdict verdict;
	enum sp_mode mode;
};

static __always_inline struct sp_service *sp_find_service(const struct sp_packet *packet,
							  __u32 flags)
{
	struct sp_service_key key = {
	    .local_port = packet->destination_port,
	    .protocol = IPPROTO_TCP,
	};
	struct sp_service *service;

	if (flags & SP_HAVE_EXACT_SERVICES) {
		key.local_address = packet->destination;
		service = bpf_map_lookup_elem(&sp_services, &key);
		if (service)
			return service;
		__builtin_memset(&key.local_address, 0, sizeof(key.local_address));
	}
	return bpf_map_lookup_elem(&sp_services, &key);
}

/* A table may only say PASS_BOUND or a drop of its own kind; all else is no knowledge. */
static __always_inline int sp_is_connection_drop(__u32 verdict)
{
	return verdict >= SP_DROP_CONNECTION_OFFENDER &&
	       verdict <= SP_DROP_OWNER_INACTIVE;
}

static __always_inline int sp_is_source_drop(__u32 verdict)
{
	return verdict == SP_DROP_SOURCE_OFFENDER || verdict == SP_DROP_SOURCE_BANNED;
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

/* SP_PASS_UNJUDGED: the connection is not bound. */
static __always_inline enum sp_verdict
sp_judge_connection(const struct sp_packet *packet, const struct sp_service *service)
{
	struct sp_connection_key key = {
	    .source = packet->source,
	    .source_port = packet->source_port,
	    .service_id = service->id,
	};
	struct sp_connection *binding = bpf_map_lookup_elem(&sp_connections, &key);
	struct sp_slot_state state;
	struct sp_key_slot *slot;
	__u32 index;

	if (!binding || binding->superseded)
		return SP_PASS_UNJUDGED;
	if (packet->is_syn) {
		binding->superseded = 1;
		return SP_PASS_UNJUDGED;
	}
	index = binding->slot;
	slot = bpf_map_lookup_elem(&sp_key_slots, &index);
	if (!slot)
		return SP_PASS_UNJUDGED;
	state = sp_read_slot(slot);
	if (state.generation != binding->generation)
		return SP_PASS_UNJUDGED;
	if (state.verdict == SP_PASS_BOUND)
		return SP_PASS_BOUND;
	if (!sp_is_connection_drop(state.verdict))
		return SP_PASS_UNJUDGED;
	/* So that the sockets on both sides end. */
	return packet->is_closing ? SP_PASS_CLOSING : state.verdict;
}

static __always_inline enum sp_verdict sp_judge_source(const struct sp_packet *packet)
{
	struct sp_address source = packet->source;
	struct sp_source_state *state;

	if (packet->is_v6)
		__builtin_memset(source.bytes + 8, 0, 8);
	state = bpf_map_lookup_elem(&sp_sources, &source);
	if (!state || !sp_is_source_drop(state->verdict))
		return SP_PASS_UNJUDGED;
	if (state->expires_ns != SP_NEVER && state->expires_ns <= bpf_ktime_get_boot_ns())
		return SP_PASS_UNJUDGED;
	return state->verdict;
}

static __always_inline enum sp_verdict sp_verdict_of_parse(enum sp_parse parse)
{
	switch (parse) {
	case SP_PARSE_NOT_IP:
		return SP_PASS_NOT_IP;
	case SP_PARSE_FRAGMENT:
		return SP_PASS_FRAGMENT;
	case SP_PARSE_NOT_TCP:
		return SP_PASS_NOT_TCP;
	default:
		return SP_PASS_UNPARSED;
	}
}

/* A connection that is bound is judged by its key alone; any other by its source. */
static __always_inline enum sp_verdict sp_judge_tables(const struct sp_packet *packet,
						       const struct sp_service *service,
						       __u32 flags)
{
	enum sp_verdict verdict = SP_PASS_UNJUDGED;

	if (flags & SP_HAVE_CONNECTIONS)
		verdict = sp_judge_connection(packet, service);
	if (verdict == SP_PASS_UNJUDGED && flags & SP_HAVE_SOURCES)
		verdict = sp_judge_source(packet);
	return verdict;
}

static __always_inline __u32 sp_table_flags(void)
{
	__u32 zero = 0;
	struct sp_control *control = bpf_map_lookup_elem(&sp_control, &zero);

	return control ? control->flags : 0;
}

static __always_inline struct sp_judgement sp_judge(const struct sp_frame *frame)
{
	struct sp_judgement out = {.verdict = SP_PASS_UNPARSED, .mode = SP_MODE_OFF};
	struct sp_packet packet;
	struct sp_service *service;
	__u32 flags;
	enum sp_parse parse = sp_parse_packet(frame, &packet);

	if (parse != SP_PARSE_OK) {
		out.verdict = sp_verdict_of_parse(parse);
		return out;
	}
	flags = sp_table_flags();
	service = sp_find_service(&packet, flags);
	if (!service) {
		out.verdict = SP_PASS_NOT_SERVICE;
		return out;
	}
	out.mode = service->mode;
	out.verdict = out.mode == SP_MODE_OBSERVE || out.mode == SP_MODE_ENFORCE
			  ? sp_judge_tables(&packet, service, flags)
			  : SP_PASS_OFF;
	return out;
}
