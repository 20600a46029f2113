/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#pragma once

#include "bpf/abi/address.h"

/* Key of sp_connections: the service stands for local address, port and protocol. */
struct sp_connection_key {
	struct sp_address source;
	__be16 source_port;
	__u16 service_id;
};
SP_LAYOUT(struct sp_connection_key, 20);

/*
 * Value of sp_connections: the key slot that judges this connection's packets. Writer:
 * agent, except superseded, which only the kernel writes.
 */
struct sp_connection {
	__u32 slot;
	__u32 generation; /* the slot's when bound; another one there now means unbound */
	/*
	 * Set by the kernel when a SYN arrives on this 4-tuple: what follows may be a new
	 * connection, which an old binding must never judge.
	 */
	__u32 superseded;
};
SP_LAYOUT(struct sp_connection, 12);
