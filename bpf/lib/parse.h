/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parses a frame down to its transport. Everything that is missing, cut off, unusual or
 * does not parse has an outcome of its own, and each of those passes. No other file but
 * transport.h, and reset.h where it writes, dereferences packet bytes. Compiles for the
 * BPF target and for the host (fuzzing).
 */
#pragma once

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include <bpf/bpf_endian.h>

#include "bpf/lib/packet.h"
#include "bpf/lib/transport.h"

#define SP_VLAN_DEPTH 2      /* 802.1Q in 802.1ad at most */
#define SP_EXTENSION_DEPTH 6 /* IPv6 extension headers before TCP or UDP */
#define SP_ETH_P_8021Q 0x8100
#define SP_ETH_P_8021AD 0x88A8
#define SP_IP_FRAGMENT 0x3FFF /* more-fragments flag and offset */

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
	out->v4_source = ip->saddr;
	out->v4_destination = ip->daddr;
	if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP)
		return SP_PARSE_OTHER_PROTOCOL;
	return sp_parse_transport(header + length, frame->end, total - length,
				  ip->protocol, out);
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

		if (next == IPPROTO_TCP || next == IPPROTO_UDP)
			return sp_parse_transport(at, frame->end, left, next, out);
		if (next == IPPROTO_FRAGMENT)
			return SP_PARSE_FRAGMENT;
		if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING &&
		    next != IPPROTO_DSTOPTS)
			return SP_PARSE_OTHER_PROTOCOL;
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

/* A whole frame, for those who are not on the hot path. 0: there is no packet in it. */
static __always_inline int sp_parse(const struct sp_frame *frame,
				    struct sp_packet *packet, int *is_v6)
{
	__be16 protocol = 0;
	void *at;

	if (sp_parse_link(frame, &at, &protocol) != SP_PARSE_OK)
		return 0;
	packet->packets = frame->packets;
	*is_v6 = protocol == bpf_htons(ETH_P_IPV6);
	if (*is_v6)
		return sp_parse_v6(frame, at, packet) == SP_PARSE_OK;
	return protocol == bpf_htons(ETH_P_IP) &&
	       sp_parse_v4(frame, at, packet) == SP_PARSE_OK;
}
