/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parses TCP and UDP headers. Dereferences packet bytes, as parse.h does. Compiles for
 * the BPF target and for the host (fuzzing).
 */
#pragma once

#include <linux/in.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>

#include "bpf/lib/packet.h"

/*
 * The whole TCP header, options included, must lie within the readable part and within
 * the length that the IP header gives it: what follows that is padding of the link.
 */
static __always_inline enum sp_parse sp_parse_tcp(void *header, void *end, __u64 length,
						  struct sp_packet *out)
{
	struct tcphdr *tcp = header;

	if ((void *)(tcp + 1) > end)
		return SP_PARSE_CUT;
	if (tcp->doff < 5 || header + tcp->doff * 4 > end || tcp->doff * 4U > length)
		return SP_PARSE_CUT;
	out->flags = ((__u8 *)tcp)[13];
	out->sequence = tcp->seq;
	out->acknowledged = tcp->ack_seq;
	out->payload = length - tcp->doff * 4;
	out->headers_end = header + tcp->doff * 4;
	return SP_PARSE_OK;
}

/* The least that a client's datagrams of a QUIC handshake have (RFC 9000 section 14.1).
 */
#define SP_QUIC_HANDSHAKE_BYTES 1200
#define SP_QUIC_LONG_HEADER 0x80 /* of the first byte (RFC 8999 section 5.1) */

/*
 * UDP has no SYN. What asks for a new connection is a datagram of a QUIC handshake, in
 * any version: a long header, padded. A handshake has one to three of them.
 */
static __always_inline enum sp_parse sp_parse_udp(void *header, void *end, __u64 length,
						  struct sp_packet *out)
{
	struct udphdr *udp = header;
	__u8 *first = (__u8 *)(udp + 1);
	__u64 said = bpf_ntohs(udp->len);

	if (said < sizeof(*udp) || said > length)
		return SP_PARSE_CUT;
	out->flags = 0;
	out->payload = said - sizeof(*udp);
	out->headers_end = first;
	if (out->payload >= SP_QUIC_HANDSHAKE_BYTES && (void *)(first + 1) <= end &&
	    *first & SP_QUIC_LONG_HEADER)
		out->flags = SP_TCP_SYN;
	return SP_PARSE_OK;
}

/* TCP or UDP: both begin with the ports. */
static __always_inline enum sp_parse sp_parse_transport(void *header, void *end,
							__u64 length, __u8 protocol,
							struct sp_packet *out)
{
	struct udphdr *ports = header;

#ifdef __bpf__
	/* One register, or the verifier loses the bound that was checked. */
	asm volatile("" : "+r"(ports));
#endif
	if ((void *)(ports + 1) > end)
		return SP_PARSE_CUT;
	out->source_port = ports->source;
	out->destination_port = ports->dest;
	out->is_udp = protocol == IPPROTO_UDP;
	return out->is_udp ? sp_parse_udp(ports, end, length, out)
			   : sp_parse_tcp(ports, end, length, out);
}
