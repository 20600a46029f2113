/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Turns a frame that is to be dropped into the reset that answers it, so that an honest
 * client fails at once (RFC 9293 section 3.10.7.1). Only what has ACK set is answered, so
 * never a SYN; a reset or a FIN passes anyway. Frames with IP options or extension
 * headers are dropped without an answer.
 */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "bpf/lib/budget.h"
#include "bpf/lib/line.h"
#include "bpf/lib/maps.h"
#include "bpf/lib/parse.h"

#define SP_RESET_HOPS 64

static __always_inline int sp_may_send_reset(void)
{
	__u32 zero = 0;
	struct sp_control *control = bpf_map_lookup_elem(&sp_control, &zero);
	struct sp_pace *resets = bpf_map_lookup_elem(&sp_resets, &zero);
	__u64 cost_ns;

	if (!control || !resets)
		return 0;
	cost_ns = SP_READ_ONCE(control->reset_cost_ns);
	return cost_ns &&
	       sp_spend(&resets->clock_ns, cost_ns, SP_READ_ONCE(control->reset_burst_ns),
			bpf_ktime_get_boot_ns());
}

static __always_inline void sp_count_reset(__u32 verdict)
{
	struct sp_counter *counter = bpf_map_lookup_elem(&sp_counters, &verdict);

	if (counter)
		counter->resets++;
}

static __always_inline __sum16 sp_fold_checksum(__s64 sum)
{
	__u64 folded = sum;

	folded = (folded & 0xffff) + (folded >> 16 & 0xffff) + (folded >> 32);
	folded = (folded & 0xffff) + (folded >> 16);
	folded = (folded & 0xffff) + (folded >> 16);
	return ~folded;
}

/* `sum`: of the pseudo header's addresses. */
static __always_inline void sp_write_reset(struct tcphdr *tcp, __s64 sum)
{
	__be32 acknowledged = tcp->ack_seq;
	__be16 client = tcp->source;

	tcp->source = tcp->dest;
	tcp->dest = client;
	tcp->seq = acknowledged;
	tcp->ack_seq = 0;
	((__u8 *)tcp)[12] = sizeof(*tcp) / 4 << 4;
	((__u8 *)tcp)[13] = SP_TCP_RST;
	tcp->window = 0;
	tcp->check = 0;
	tcp->urg_ptr = 0;
	sum += bpf_htons(IPPROTO_TCP) + bpf_htons(sizeof(*tcp));
	tcp->check =
	    sp_fold_checksum(bpf_csum_diff(NULL, 0, (__be32 *)tcp, sizeof(*tcp),
					   (__u32)(sum & 0xffff) + (__u32)(sum >> 16)));
}

/* Where the reset ends; NULL: it can't be made of this frame. */
static __always_inline void *sp_reset_v4(struct iphdr *ip, void *end)
{
	struct tcphdr *tcp = (void *)(ip + 1);
	__be32 client;

	if ((void *)(tcp + 1) > end || ip->ihl != sizeof(*ip) / 4)
		return NULL;
	client = ip->saddr;
	ip->saddr = ip->daddr;
	ip->daddr = client;
	ip->tos = 0;
	ip->tot_len = bpf_htons(sizeof(*ip) + sizeof(*tcp));
	ip->id = 0;
	ip->frag_off = bpf_htons(0x4000);
	ip->ttl = SP_RESET_HOPS;
	ip->check = 0;
	ip->check =
	    sp_fold_checksum(bpf_csum_diff(NULL, 0, (__be32 *)ip, sizeof(*ip), 0));
	sp_write_reset(tcp, bpf_csum_diff(NULL, 0, &ip->saddr, 2 * sizeof(ip->saddr), 0));
	return tcp + 1;
}

static __always_inline void *sp_reset_v6(struct ipv6hdr *ip, void *end)
{
	struct tcphdr *tcp = (void *)(ip + 1);
	struct in6_addr client;

	if ((void *)(tcp + 1) > end || ip->nexthdr != IPPROTO_TCP)
		return NULL;
	client = ip->saddr;
	ip->saddr = ip->daddr;
	ip->daddr = client;
	*(__be32 *)ip = bpf_htonl(0x60000000);
	ip->payload_len = bpf_htons(sizeof(*tcp));
	ip->hop_limit = SP_RESET_HOPS;
	sp_write_reset(
	    tcp, bpf_csum_diff(NULL, 0, (__be32 *)&ip->saddr, 2 * sizeof(ip->saddr), 0));
	return tcp + 1;
}

static __always_inline void sp_swap_ethernet(struct ethhdr *ethernet)
{
	__u8 client[ETH_ALEN];

	__builtin_memcpy(client, ethernet->h_source, ETH_ALEN);
	__builtin_memcpy(ethernet->h_source, ethernet->h_dest, ETH_ALEN);
	__builtin_memcpy(ethernet->h_dest, client, ETH_ALEN);
}

/* The reset's length in bytes, when it is there in place of the frame; 0: it is not. */
static __always_inline __u32 sp_make_reset(const struct sp_frame *frame)
{
	struct sp_packet packet;
	__be16 protocol = 0;
	void *at, *end;

	if (sp_parse_link(frame, &at, &protocol) != SP_PARSE_OK)
		return 0;
	if (protocol == bpf_htons(ETH_P_IP)) {
		if (sp_parse_v4(frame, at, &packet) != SP_PARSE_OK)
			return 0;
	} else if (protocol != bpf_htons(ETH_P_IPV6) ||
		   sp_parse_v6(frame, at, &packet) != SP_PARSE_OK) {
		return 0;
	}
	if (packet.is_udp || !(packet.flags & SP_TCP_ACK) || packet.flags & SP_TCP_SYN ||
	    sp_is_closing(packet.flags) || !sp_may_send_reset())
		return 0;
	end = protocol == bpf_htons(ETH_P_IP) ? sp_reset_v4(at, frame->end)
					      : sp_reset_v6(at, frame->end);
	if (!end)
		return 0;
	sp_swap_ethernet(frame->data);
	return end - frame->data;
}
