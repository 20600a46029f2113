/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#pragma once

#include "bpf/abi/address.h"

/* Whether the outer door acts for a service. Switched in the map, never by detaching. */
enum sp_mode {
	SP_MODE_OFF,     /* packets of the service pass unjudged */
	SP_MODE_OBSERVE, /* judged and counted, never dropped */
	SP_MODE_ENFORCE,
};

enum sp_service_kind {
	SP_SERVICE_TLS,
	SP_SERVICE_CLEARTEXT, /* behind another TLS hop */
};

/* Key of sp_services: services on one local address. */
struct sp_service_key {
	struct sp_address local_address;
	__be16 local_port;
	__u8 protocol; /* IPPROTO_TCP */
	__u8 reserved; /* zero */
};
SP_LAYOUT(struct sp_service_key, 20);

/* Value of sp_services. Writer: agent. */
struct sp_service {
	__u16 id;  /* > 0; names the service in sp_connection_key */
	__u8 kind; /* enum sp_service_kind */
	__u8 mode; /* enum sp_mode */
};
SP_LAYOUT(struct sp_service, 4);

/* All of it in one load; 0 is no service, since an id is above 0. */
static inline __attribute__((always_inline)) __u32
sp_service_word(const struct sp_service *service)
{
	return (__u32)service->mode << 24 | (__u32)service->kind << 16 | service->id;
}

static inline __attribute__((always_inline)) __u16 sp_id_of(__u32 service_word)
{
	return (__u16)service_word;
}

static inline __attribute__((always_inline)) __u8 sp_mode_of(__u32 service_word)
{
	return (__u8)(service_word >> 24);
}

/*
 * Element of sp_service_ports (mmapable array), by local port in host byte order: what
 * most packets need to know, without a hash. Writer: agent, each field in one store.
 */
struct sp_service_port {
	struct sp_service any; /* on every local address; id 0: none */
	__u32 has_exact;       /* sp_services has rows with this port: they come first */
};
SP_LAYOUT(struct sp_service_port, 8);
