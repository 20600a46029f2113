/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#pragma once

#include "bpf/abi/address.h"

/* Whether the outer door acts for a service. Switched in the map, never by detaching. */
enum sp_mode {
	SP_MODE_OFF,     /* packets of the service pass unjudged */
	SP_MODE_OBSERVE, /* judged and counted, never dropped */
	SP_MODE_ENFORCE,
};

/* sp_service.traits */
#define SP_SERVICE_CLEARTEXT 1U /* HTTP in clear, behind another TLS hop */
#define SP_SERVICE_RESETS 2U    /* condemned connections are answered by a reset */

/*
 * Key of sp_services: services on one local address. A service that takes UDP has a row
 * for each protocol.
 */
struct sp_service_key {
	struct sp_address local_address;
	__be16 local_port;
	__u8 protocol; /* IPPROTO_TCP or IPPROTO_UDP */
	__u8 reserved; /* zero */
};
SP_LAYOUT(struct sp_service_key, 20);

/* Value of sp_services. Writer: agent. */
struct sp_service {
	__u16 id;    /* > 0; names the service in sp_connection_key */
	__u8 traits; /* SP_SERVICE_* */
	__u8 mode;   /* enum sp_mode */
};
SP_LAYOUT(struct sp_service, 4);

/* All of it in one load; 0 is no service, since an id is above 0. */
static inline __attribute__((always_inline)) __u32
sp_service_word(const struct sp_service *service)
{
	return (__u32)service->mode << 24 | (__u32)service->traits << 16 | service->id;
}

static inline __attribute__((always_inline)) __u16 sp_id_of(__u32 service_word)
{
	return (__u16)service_word;
}

static inline __attribute__((always_inline)) __u8 sp_mode_of(__u32 service_word)
{
	return (__u8)(service_word >> 24);
}

static inline __attribute__((always_inline)) __u8 sp_traits_of(__u32 service_word)
{
	return (__u8)(service_word >> 16);
}

/* Where sp_service_ports has a local port, in host byte order: TCP's come first. */
#define SP_SERVICE_PORTS (2U << 16)
static inline __attribute__((always_inline)) __u32 sp_port_index(int is_udp, __u16 port)
{
	return (is_udp ? 1U << 16 : 0) + port;
}

/*
 * Element of sp_service_ports (mmapable array): what most packets need to know, without a
 * hash. Writer: agent, each field in one store.
 */
struct sp_service_port {
	struct sp_service any; /* on every local address; id 0: none */
	__u32 has_exact;       /* sp_services has rows with this port: they come first */
};
SP_LAYOUT(struct sp_service_port, 8);
