// SPDX-License-Identifier: GPL-2.0-only
/*
 * The outer door: drops what the agent has already condemned, before the kernel spends a
 * socket buffer on it. An accelerator, never the authority: it only looks up what was
 * decided in user space, and whatever it does not know passes.
 *
 * One judgement, two hooks: XDP where the driver has it natively, else TC ingress.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#include "bpf/lib/account.h"
#include "bpf/lib/judge.h"

SEC("xdp")
int sp_xdp(struct xdp_md *ctx)
{
	struct sp_frame frame = {
	    .data = (void *)(long)ctx->data,
	    .end = (void *)(long)ctx->data_end,
	    .length = ctx->data_end - ctx->data,
	};

	return sp_account(sp_judge(&frame), frame.length) ? XDP_DROP : XDP_PASS;
}

SEC("tc")
int sp_tc(struct __sk_buff *skb)
{
	struct sp_frame frame = {
	    .data = (void *)(long)skb->data,
	    .end = (void *)(long)skb->data_end,
	    .length = skb->len,
	};

	/* UNSPEC: filters of others after ours still have their say. */
	return sp_account(sp_judge(&frame), frame.length) ? TC_ACT_SHOT : TC_ACT_UNSPEC;
}

char LICENSE[] SEC("license") = "GPL";
