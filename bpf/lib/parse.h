/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only file that dereferences packet bytes. Everything that is missing, cut off,
 * unusual or does not parse has an outcome of its own, and each of those passes.
 * Compiles for the BPF target and for the host (fuzzing).
 */
#pragma once

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/types.h>

#include <bpf/bpf_endian.h>

#include "bpf/abi/address.h"

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

#define SP_VLAN_DEPTH 2      /* 802.1Q in 802.1ad at most */
#define SP_EXTENSION_DEPTH 6 /* IPv6 extension headers before TCP */
#define SP_ETH_P_8021Q 0x8100
#define SP_ETH_P_8021AD 0x88A8
#define SP_TCP_FIN 0x01
#define SP_TCP_SYN 0x02
#define SP_TCP_RST 0x04
#define SP_TCP_ACK 0x10
#define SP_IP_FRAGMENT 0x3FFF /* more-fragments flag and offset */

enum sp_parse {
	SP_PARSE_OK,
	SP_PARSE_NOT_IP,
	SP_PARSE_CUT, /* cut off, or lengths that contradict each other */
	SP_PARSE_FRAGMENT,
	SP_PARSE_NOT_TCP,
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
	__u8 flags;    /* SP_TCP_* and others */
	__u32 packets; /* from the frame */
	__u32 payload; /* bytes after the TCP header, the link's padding not counted */
	void *headers_end;
};

/* A frame as its hook shows it: the first, directly readable part, the whole's length,
 * and how many packets were merged into it. */
struct sp_frame {
	void *data;
	void *end;
	__u64 length;
	__u32 packets;
};

struct sp_vlan_tag {
	__be16 tci;
	__be16 protocol;
};

/* How hop-by-hop, routing and destination options begin (RFC 8200 section 4). */
struct sp_extension {
	__u8 next_header;
	__u8 length; /* in units of 8 bytes, the first one not counted */
	__u8 type;
	__u8 segments_left; /* in a routing header alone */
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
	out->source_port = tcp->source;
	out->destination_port = tcp->dest;
	out->flags = ((__u8 *)tcp)[13];
	out->payload = length - tcp->doff * 4;
	out->headers_end = header + tcp->doff * 4;
	return SP_PARSE_OK;
}

/*
 * Whether the frame is shorter than its IP header says. The rest of a payload may lie
 * outside the readable part, so this compares lengths, not pointers.
 */
static __always_inline int sp_is_cut(const struct sp_frame *frame, void *header,
				     __u64 length)
{
	return (__u64)(header - frame->data) + length > frame->length;
}

static __always_inline enum sp_parse sp_parse_v4(const struct sp_frame *frame,
						 void *header, struct sp_packet *out)
{
	struct iphdr *ip = header;
	__u64 length, total;

	if ((void *)(ip + 1) > frame->end)
		return SP_PARSE_CUT;
	length = ip->ihl * 4;
	total = bpf_ntohs(ip->tot_len);
	if (ip->version != 4 || length < sizeof(*ip) || total < length)
		return SP_PARSE_CUT;
	if (sp_is_cut(frame, header, total))
		return SP_PARSE_CUT;
	if (ip->frag_off & bpf_htons(SP_IP_FRAGMENT))
		return SP_PARSE_FRAGMENT;
	if (ip->protocol != IPPROTO_TCP)
		return SP_PARSE_NOT_TCP;
	out->v4_source = ip->saddr;
	out->v4_destination = ip->daddr;
	return sp_parse_tcp(header + length, frame->end, total - length, out);
}

/*
 * Walks hop-by-hop, routing and destination options (RFC 8200 section 4.1). A packet with
 * segments left is on its way to somebody else, and a payload length of zero belongs to a
 * jumbogram: neither is judged.
 */
static __always_inline enum sp_parse sp_parse_v6(const struct sp_frame *frame,
						 void *header, struct sp_packet *out)
{
	struct ipv6hdr *ip = header;
	void *at = ip + 1;
	__u64 left, size;
	__u8 next;

	if (at > frame->end || ip->version != 6)
		return SP_PARSE_CUT;
	left = bpf_ntohs(ip->payload_len);
	if (sp_is_cut(frame, header, sizeof(*ip) + left))
		return SP_PARSE_CUT;
	__builtin_memcpy(&out->source, &ip->saddr, sizeof(out->source));
	__builtin_memcpy(&out->destination, &ip->daddr, sizeof(out->destination));
	next = ip->nexthdr;
	for (int depth = 0; depth <= SP_EXTENSION_DEPTH; depth++) {
		struct sp_extension *extension = at;

		if (next == IPPROTO_TCP)
			return sp_parse_tcp(at, frame->end, left, out);
		if (next == IPPROTO_FRAGMENT)
			return SP_PARSE_FRAGMENT;
		if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING &&
		    next != IPPROTO_DSTOPTS)
			return SP_PARSE_NOT_TCP;
		if ((void *)(extension + 1) > frame->end)
			return SP_PARSE_CUT;
		size = (extension->length + 1) * 8;
		if (size > left || (next == IPPROTO_ROUTING && extension->segments_left))
			return SP_PARSE_CUT;
		next = extension->next_header;
		left -= size;
		at += size;
	}
	return SP_PARSE_CUT;
}

/*
 * Steps over the Ethernet header and the VLAN tags: `at` is where the network header
 * begins, `protocol` says which.
 */
static __always_inline enum sp_parse sp_parse_link(const struct sp_frame *frame,
						   void **at, __be16 *protocol)
{
	struct ethhdr *ethernet = frame->data;

	*at = ethernet + 1;
	if (*at > frame->end)
		return SP_PARSE_CUT;
	*protocol = ethernet->h_proto;
	for (int depth = 0; depth < SP_VLAN_DEPTH; depth++) {
		struct sp_vlan_tag *tag = *at;

		if (*protocol != bpf_htons(SP_ETH_P_8021Q) &&
		    *protocol != bpf_htons(SP_ETH_P_8021AD))
			break;
		if ((void *)(tag + 1) > frame->end)
			return SP_PARSE_CUT;
		*protocol = tag->protocol;
		*at = tag + 1;
	}
	return SP_PARSE_OK;
}
