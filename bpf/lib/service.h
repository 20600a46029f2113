/* SPDX-License-Identifier: GPL-2.0-only */
/* Which declared service is a packet for? */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "bpf/lib/maps.h"
#include "bpf/lib/parse.h"

/* Rare, and out of line: what it needs of the stack must not burden the others. */
static __noinline __u32 sp_find_exact_service(const struct sp_service_key *key)
{
	struct sp_service *service = bpf_map_lookup_elem(&sp_services, key);

	return service ? sp_service_word(service) : 0;
}

/* The service as sp_service_word; 0: the packet is for no declared service. */
static __always_inline __u32 sp_find_service(const struct sp_packet *packet, int is_v6)
{
	__u32 index = sp_port_index(packet->is_udp, bpf_ntohs(packet->destination_port));
	struct sp_service_port *port = bpf_map_lookup_elem(&sp_service_ports, &index);
	__u32 exact = 0;

	if (!port)
		return 0;
	if (port->has_exact) {
		struct sp_service_key key = {
		    .local_port = packet->destination_port,
		    .protocol = packet->is_udp ? IPPROTO_UDP : IPPROTO_TCP,
		};

		key.local_address =
		    is_v6 ? packet->destination : sp_map_v4(packet->v4_destination);
		exact = sp_find_exact_service(&key);
	}
	return exact ? exact : sp_service_word(&port->any);
}
