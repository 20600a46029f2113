/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes an event of a packet that was judged. Rare, and so it carries nothing over from
 * the judgement: it parses and looks up once more, out of line, which leaves the hot path
 * its registers and its stack.
 */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "bpf/abi/event.h"
#include "bpf/lib/account.h"
#include "bpf/lib/line.h"
#include "bpf/lib/maps.h"
#include "bpf/lib/parse.h"
#include "bpf/lib/service.h"
#include "bpf/lib/source.h"

/* Whether it is a key slot that says so. */
static __always_inline int sp_is_slots_verdict(__u32 verdict)
{
	return verdict == SP_PASS_BOUND || verdict == SP_PASS_CLOSING ||
	       (verdict >= SP_DROP_CONNECTION_OFFENDER &&
		verdict <= SP_DROP_KEY_OVER_BYTES);
}

static __always_inline void sp_tell_hashed_slot(struct sp_event *event)
{
	struct sp_connection_key key = {
	    .source = event->source,
	    .source_port = event->source_port,
	    .service_id = event->service_id,
	};
	struct sp_connection *binding = bpf_map_lookup_elem(&sp_connections, &key);

	if (!binding)
		return;
	event->slot = binding->slot;
	event->generation = binding->generation;
}

/* A binding that went meanwhile leaves the event without a slot. */
static __always_inline void sp_tell_slot(const struct sp_packet *packet,
					 struct sp_event *event)
{
	__u64 key = sp_connection_row_key(packet->v4_source, packet->source_port,
					  event->service_id);
	__u32 index = sp_line_of(key, sp_line_seed, sp_connection_line_count);
	struct sp_line *line = bpf_map_lookup_elem(&sp_connection_lines, &index);
	__u64 value;

	if (line && sp_find_row(line, key, &value)) {
		event->slot = (__u32)value >> SP_ROW_SHIFT;
		event->generation = value >> 32;
	} else {
		sp_tell_hashed_slot(event);
	}
}

/*
 * Into an address that is all zero. Not sp_map_v4, which copies a constant: of two such
 * copies in one block clang 14 (BPF, -O2) drops the first, and the stores before it.
 */
static __always_inline void sp_tell_v4(struct sp_address *zero, __be32 address)
{
	zero->bytes[10] = 0xff;
	zero->bytes[11] = 0xff;
	__builtin_memcpy(zero->bytes + 12, &address, sizeof(address));
}

static __always_inline void sp_tell_packet(const struct sp_packet *packet, int is_v6,
					   const struct sp_frame *frame,
					   struct sp_event *event)
{
	__u64 headers = packet->headers_end - frame->data;

	event->family = is_v6 ? 6 : 4;
	if (is_v6) {
		event->source = packet->source;
		event->local = packet->destination;
	} else {
		sp_tell_v4(&event->source, packet->v4_source);
		sp_tell_v4(&event->local, packet->v4_destination);
	}
	event->source_port = packet->source_port;
	event->local_port = packet->destination_port;
	event->protocol = packet->is_udp ? IPPROTO_UDP : IPPROTO_TCP;
	event->service_id = sp_id_of(sp_find_service(packet, is_v6));
	event->captured = headers < SP_EVENT_BYTES ? headers : SP_EVENT_BYTES;
	if (!sp_is_slots_verdict(event->verdict))
		return;
	if (is_v6)
		sp_tell_hashed_slot(event);
	else
		sp_tell_slot(packet, event);
}

/* What the packet says of itself; 0: nothing, it does not parse. */
static __always_inline int sp_tell(const struct sp_frame *frame, struct sp_event *event)
{
	struct sp_packet packet;
	__be16 protocol = 0;
	void *at;

	if (sp_parse_link(frame, &at, &protocol) != SP_PARSE_OK)
		return 0;
	if (protocol == bpf_htons(ETH_P_IP)) {
		if (sp_parse_v4(frame, at, &packet) != SP_PARSE_OK)
			return 0;
		sp_tell_packet(&packet, 0, frame, event);
		return 1;
	}
	if (protocol != bpf_htons(ETH_P_IPV6) ||
	    sp_parse_v6(frame, at, &packet) != SP_PARSE_OK)
		return 0;
	sp_tell_packet(&packet, 1, frame, event);
	return 1;
}

/* captured, in a form in which the verifier sees that it is 1 to SP_EVENT_BYTES. */
static __always_inline __u32 sp_bytes_to_copy(const struct sp_event *event)
{
	return ((event->captured - 1U) & (SP_EVENT_BYTES - 1)) + 1;
}

/*
 * A record of the ring with all but the frame's bytes and the interface, to be submitted;
 * NULL: the ring is full, which is counted.
 */
static __always_inline struct sp_event *sp_begin_event(const struct sp_frame *frame,
						       __u32 outcome)
{
	struct sp_event *event = bpf_ringbuf_reserve(&sp_events, sizeof(*event), 0);
	__u32 zero = 0;

	if (!event) {
		__u64 *lost = bpf_map_lookup_elem(&sp_event_losses, &zero);

		if (lost)
			*lost += 1;
		return NULL;
	}
	__builtin_memset(event, 0,
			 sizeof(*event)); /* the ring's memory is an older event's */
	event->time_ns = bpf_ktime_get_boot_ns();
	event->frame_bytes = frame->length;
	event->verdict = (__u8)outcome;
	event->dropped = !!(outcome & SP_OUTCOME_DROPPED);
	if (!sp_tell(frame, event))
		event->captured = 0;
	return event;
}
