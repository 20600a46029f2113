/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known against a packet? Only lookups and comparisons: every decision was made
 * in user space. Missing knowledge, another generation, a verdict that is none: pass.
 */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "bpf/lib/cidr.h"
#include "bpf/lib/connection.h"
#include "bpf/lib/pace.h"
#include "bpf/lib/parse.h"
#include "bpf/lib/service.h"
#include "bpf/lib/source.h"

/* A verdict, and the service that says how it is to be carried out. */
struct sp_judgement {
	enum sp_verdict verdict;
	__u32 service;  /* sp_service_word; 0: none, and the packet passes */
	__u8 is_unread; /* it passes so far, but may begin with a request in clear */
};

static __always_inline enum sp_verdict sp_verdict_of_parse(enum sp_parse parse)
{
	switch (parse) {
	case SP_PARSE_NOT_IP:
		return SP_PASS_NOT_IP;
	case SP_PARSE_FRAGMENT:
		return SP_PASS_FRAGMENT;
	case SP_PARSE_OTHER_PROTOCOL:
		return SP_PASS_OTHER_PROTOCOL;
	default:
		return SP_PASS_UNPARSED;
	}
}

static __always_inline __u32 sp_table_flags(void)
{
	__u32 zero = 0;
	struct sp_control *control = bpf_map_lookup_elem(&sp_control, &zero);

	return control ? control->flags : 0;
}

/* Prefixes, then bans, then the pace: what is allowed is asked for neither. */
static __always_inline enum sp_verdict sp_judge_stranger(const struct sp_packet *packet,
							 int is_v6, __u32 flags)
{
	__u32 kind =
	    flags & SP_HAVE_CIDRS ? sp_find_cidr(packet, is_v6, flags) : SP_CIDR_NONE;
	enum sp_verdict verdict = SP_PASS_UNJUDGED;

	if (kind == SP_CIDR_ALLOW)
		return SP_PASS_CIDR_ALLOWED;
	if (kind == SP_CIDR_DENY)
		return SP_DROP_CIDR_DENIED;
	if (flags & SP_HAVE_SOURCES)
		verdict = sp_judge_source(packet, is_v6, flags);
	if (verdict == SP_PASS_UNJUDGED && sp_is_syn(packet->flags))
		verdict = sp_judge_pace(packet, is_v6);
	return verdict;
}

/* Whether the key may be in it, in a service that has it in clear; a SYN announces that.
 */
static __always_inline int sp_may_present_key(const struct sp_packet *packet,
					      __u32 service)
{
	return sp_traits_of(service) & SP_SERVICE_CLEARTEXT && !packet->is_udp &&
	       (packet->payload || sp_is_syn(packet->flags));
}

/*
 * A connection that is bound is judged by its key alone; any other by its source, and by
 * the key in its first bytes.
 */
static __always_inline void sp_judge_tables(const struct sp_packet *packet, int is_v6,
					    struct sp_judgement *out)
{
	__u32 flags = sp_table_flags();
	__u16 id = sp_id_of(out->service);

	out->verdict = SP_PASS_UNJUDGED;
	if (flags & SP_HAVE_CONNECTIONS && !packet->is_udp)
		out->verdict = is_v6 ? sp_judge_v6_connection(packet, id)
				     : sp_judge_v4_connection(packet, id);
	if (out->verdict != SP_PASS_UNJUDGED)
		return;
	out->verdict = sp_judge_stranger(packet, is_v6, flags);
	if (flags & SP_HAVE_DENIED_KEYS && sp_may_present_key(packet, out->service) &&
	    (out->verdict == SP_PASS_UNJUDGED || out->verdict == SP_PASS_CIDR_ALLOWED))
		out->is_unread = 1;
}

static __always_inline struct sp_judgement sp_judge_packet(const struct sp_packet *packet,
							   int is_v6)
{
	struct sp_judgement out = {.verdict = SP_PASS_NOT_SERVICE};
	__u8 mode;

	out.service = sp_find_service(packet, is_v6);
	if (!out.service)
		return out;
	mode = sp_mode_of(out.service);
	if (mode == SP_MODE_OBSERVE || mode == SP_MODE_ENFORCE)
		sp_judge_tables(packet, is_v6, &out);
	else
		out.verdict = SP_PASS_OFF;
	return out;
}

/* Each family has a copy of the judgement: IPv4's needs few registers and no stack. */
static __always_inline struct sp_judgement sp_judge(const struct sp_frame *frame)
{
	struct sp_judgement out = {.service = 0};
	struct sp_packet packet;
	__be16 protocol = 0;
	void *at;
	enum sp_parse parse = sp_parse_link(frame, &at, &protocol);

	packet.packets = frame->packets;
	if (parse == SP_PARSE_OK && protocol == bpf_htons(ETH_P_IP)) {
		parse = sp_parse_v4(frame, at, &packet);
		if (parse == SP_PARSE_OK)
			return sp_judge_packet(&packet, 0);
	} else if (parse == SP_PARSE_OK && protocol == bpf_htons(ETH_P_IPV6)) {
		parse = sp_parse_v6(frame, at, &packet);
		if (parse == SP_PARSE_OK)
			return sp_judge_packet(&packet, 1);
	} else if (parse == SP_PARSE_OK) {
		parse = SP_PARSE_NOT_IP;
	}
	out.verdict = sp_verdict_of_parse(parse);
	return out;
}
