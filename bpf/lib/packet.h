/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of a packet once it is parsed. Compiles for the BPF target and for the
 * host (fuzzing).
 */
#pragma once

#include <linux/types.h>

#include "bpf/abi/address.h"

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

#define SP_TCP_FIN 0x01
#define SP_TCP_SYN 0x02
#define SP_TCP_RST 0x04
#define SP_TCP_ACK 0x10

enum sp_parse {
	SP_PARSE_OK,
	SP_PARSE_NOT_IP,
	SP_PARSE_CUT, /* cut off, or lengths that contradict each other */
	SP_PARSE_FRAGMENT,
	SP_PARSE_OTHER_PROTOCOL,
};

/* What the judge may know of a packet. */
struct sp_packet {
	/* Of its family alone; the other's are not written, which keeps IPv4 short. */
	struct sp_address source;
	struct sp_address destination;
	__be32 v4_source;
	__be32 v4_destination;
	__be16 source_port;
	__be16 destination_port;
	__u8 flags;  /* SP_TCP_* and others; of UDP SP_TCP_SYN alone, see sp_parse_udp */
	__u8 is_udp; /* else TCP */
	__u32 packets; /* from the frame */
	__u32 payload; /* bytes after TCP's or UDP's header, the link's padding not
			  counted */
	void *headers_end;
	__be32 sequence; /* these two of TCP alone */
	__be32 acknowledged;
};

/* A frame as its hook shows it: the first, directly readable part, the whole's length,
 * and how many packets were merged into it. */
struct sp_frame {
	void *data;
	void *end;
	__u64 length;
	__u32 packets;
};

static __always_inline struct sp_address sp_map_v4(__be32 address)
{
	struct sp_address out = {.bytes = {[10] = 0xff, [11] = 0xff}};

	__builtin_memcpy(out.bytes + 12, &address, sizeof(address));
	return out;
}

/* The first 64 bits, by which an IPv6 source is judged; as they lie in memory. */
static __always_inline __u64 sp_prefix_of(const struct sp_address *address)
{
	__u64 out;

	__builtin_memcpy(&out, address->bytes, sizeof(out));
	return out;
}

/* Asks for a new connection. */
static __always_inline int sp_is_syn(__u8 flags)
{
	return (flags & (SP_TCP_SYN | SP_TCP_ACK)) == SP_TCP_SYN;
}

static __always_inline int sp_is_closing(__u8 flags)
{
	return flags & (SP_TCP_FIN | SP_TCP_RST);
}
