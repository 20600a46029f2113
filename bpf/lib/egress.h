/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a service sends on a connection that is bound to a key: counted for the key, and
 * given the earliest departure (skb->tstamp, which the fq qdisc keeps to) at which the
 * key's bandwidth has room for it.
 */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "bpf/lib/budget.h"
#include "bpf/lib/connection.h"
#include "bpf/lib/line.h"
#include "bpf/lib/maps.h"
#include "bpf/lib/parse.h"
#include "bpf/lib/service.h"

/* What would depart later is dropped, for TCP to slow down; fq has such a horizon too. */
#define SP_EGRESS_HORIZON_NS 2000000000ULL

/* Turns the packet around: its source is the client from here on, as on ingress. */
static __always_inline void sp_turn_around(struct sp_packet *packet, int is_v6)
{
	__be16 port = packet->source_port;

	packet->source_port = packet->destination_port;
	packet->destination_port = port;
	if (is_v6) {
		struct sp_address address = packet->source;

		packet->source = packet->destination;
		packet->destination = address;
	} else {
		__be32 address = packet->v4_source;

		packet->v4_source = packet->v4_destination;
		packet->v4_destination = address;
	}
}

static __always_inline int sp_find_hashed_binding(const struct sp_connection_key *key,
						  struct sp_connection *out)
{
	struct sp_connection *binding = bpf_map_lookup_elem(&sp_connections, key);

	if (!binding || binding->superseded)
		return 0;
	*out = *binding;
	return 1;
}

static __always_inline int sp_find_binding(const struct sp_packet *packet, int is_v6,
					   __u16 service_id, struct sp_connection *out)
{
	struct sp_connection_key hashed = {
	    .source_port = packet->source_port,
	    .service_id = service_id,
	};
	struct sp_line *line;
	__u64 key, value;
	__u32 index;

	if (is_v6) {
		hashed.source = packet->source;
		return sp_find_hashed_binding(&hashed, out);
	}
	key = sp_connection_row_key(packet->v4_source, packet->source_port, service_id);
	index = sp_line_of(key, sp_line_seed, sp_connection_line_count);
	line = bpf_map_lookup_elem(&sp_connection_lines, &index);
	if (!line)
		return 0;
	if (sp_find_row(line, key, &value)) {
		if (value & SP_ROW_SUPERSEDED)
			return 0;
		out->slot = (__u32)value >> SP_ROW_SHIFT;
		out->generation = value >> 32;
		return 1;
	}
	if (!sp_has_spilled(line))
		return 0;
	hashed.source = sp_map_v4(packet->v4_source);
	return sp_find_hashed_binding(&hashed, out);
}

static __always_inline struct sp_key_usage *sp_usage_of(__u32 slot, __u32 generation)
{
	struct sp_key_usage *usage = bpf_map_lookup_elem(&sp_key_usage, &slot);

	if (usage && usage->generation != generation) {
		__builtin_memset(usage, 0, sizeof(*usage));
		usage->generation = generation;
	}
	return usage;
}

/*
 * The CLOCK_MONOTONIC time at which the clock lets the cost go, and spends it; 0: that is
 * beyond the horizon, or the clock is fought over. Nothing was spent then.
 */
static __always_inline __u64 sp_departure(__u64 *clock_ns, __u64 cost_ns, __u64 now)
{
	__u64 end = sp_spend(clock_ns, cost_ns, SP_EGRESS_HORIZON_NS, now);

	return end ? end - cost_ns : 0;
}

enum sp_egress {
	SP_EGRESS_FREE,
	SP_EGRESS_DELAYED,
	SP_EGRESS_DROPPED,
};

/* Observing spends as enforcing does, and lets everything go at once. */
static __always_inline enum sp_egress sp_pace_egress(struct __sk_buff *skb, __u32 slot,
						     __u64 byte_cost, __u32 payload,
						     int is_enforced)
{
	struct sp_key_clocks *clocks = bpf_map_lookup_elem(&sp_key_clocks, &slot);
	__u64 now, departure;

	if (!clocks)
		return SP_EGRESS_FREE;
	now = bpf_ktime_get_ns();
	departure =
	    sp_departure(&clocks->egress_ns, sp_cost_of_bytes(payload, byte_cost), now);
	if (!departure)
		return SP_EGRESS_DROPPED;
	if (departure <= now)
		return SP_EGRESS_FREE;
	/* TCP may have asked for a later one (its own pacing). */
	if (is_enforced && skb->tstamp < departure)
		skb->tstamp = departure;
	return SP_EGRESS_DELAYED;
}

/* Whether the frame is to be dropped. */
static __always_inline int sp_send(struct __sk_buff *skb, const struct sp_packet *packet,
				   const struct sp_connection *binding, int is_enforced)
{
	__u32 index = binding->slot;
	struct sp_key_slot *slot = bpf_map_lookup_elem(&sp_key_slots, &index);
	enum sp_egress outcome = SP_EGRESS_FREE;
	struct sp_key_usage *usage;
	__u64 byte_cost;

	if (!slot || !index || sp_read_slot(slot).generation != binding->generation)
		return 0;
	byte_cost = SP_READ_ONCE(slot->egress_byte_cost);
	if (byte_cost && packet->payload)
		outcome =
		    sp_pace_egress(skb, index, byte_cost, packet->payload, is_enforced);
	usage = sp_usage_of(index, binding->generation);
	if (usage) {
		usage->delayed += outcome == SP_EGRESS_DELAYED;
		usage->dropped += outcome == SP_EGRESS_DROPPED;
		if (outcome != SP_EGRESS_DROPPED || !is_enforced) {
			usage->packets += packet->packets;
			usage->bytes += packet->payload;
		}
	}
	return outcome == SP_EGRESS_DROPPED && is_enforced;
}

static __always_inline int sp_judge_egress(struct __sk_buff *skb,
					   const struct sp_frame *frame)
{
	struct sp_connection binding = {};
	struct sp_packet packet;
	__u32 service;
	__u8 mode;
	int is_v6;

	if (!sp_parse(frame, &packet, &is_v6) || packet.is_udp)
		return 0;
	sp_turn_around(&packet, is_v6);
	service = sp_find_service(&packet, is_v6);
	mode = sp_mode_of(service);
	if (mode != SP_MODE_OBSERVE && mode != SP_MODE_ENFORCE)
		return 0;
	if (!sp_find_binding(&packet, is_v6, sp_id_of(service), &binding))
		return 0;
	return sp_send(skb, &packet, &binding, mode == SP_MODE_ENFORCE);
}
