/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#pragma once

#include "bpf/abi/address.h"
#include "bpf/abi/line.h"

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

/*
 * IPv4 connections have a row in sp_connection_lines instead, and are in sp_connections
 * only when their line was full. Key: address, port, service. Value: generation (high 32
 * bits), slot (24 bits), flags.
 */
#define SP_MOST_SLOTS (1U << 24)

static inline __attribute__((always_inline)) __u64
sp_connection_row_key(__be32 address, __be16 port, __u16 service_id)
{
	return (__u64)service_id << 48 | (__u64)port << 32 | address;
}

static inline __attribute__((always_inline)) __u64
sp_connection_row_value(__u32 slot, __u32 generation)
{
	return (__u64)generation << 32 | (__u64)slot << SP_ROW_SHIFT;
}
