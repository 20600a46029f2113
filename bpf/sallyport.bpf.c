// SPDX-License-Identifier: GPL-2.0-only
/*
 * The outer door: drops what the agent has already condemned, before the kernel spends a
 * socket buffer on it. An accelerator, never the authority: it only looks up what was
 * decided in user space, and whatever it does not know passes.
 *
 * One judgement, two hooks: XDP where the driver has it natively, alone or beside
 * programs of others, else TC ingress. What services send is counted and paced on TC
 * egress.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#include "bpf/lib/account.h"
#include "bpf/lib/egress.h"
#include "bpf/lib/event.h"
#include "bpf/lib/first_request.h"
#include "bpf/lib/judge.h"
#include "bpf/lib/reset.h"

static __always_inline struct sp_frame sp_xdp_frame(const struct xdp_md *ctx)
{
	return (struct sp_frame){
	    .data = (void *)(long)ctx->data,
	    .end = (void *)(long)ctx->data_end,
	    .length = ctx->data_end - ctx->data,
	    .packets = 1,
	};
}

static __always_inline struct sp_frame sp_tc_frame(const struct __sk_buff *skb)
{
	return (struct sp_frame){
	    .data = (void *)(long)skb->data,
	    .end = (void *)(long)skb->data_end,
	    .length = skb->len,
	    .packets = skb->gso_segs ? skb->gso_segs : 1,
	};
}

/* Not static: the verifier walks a global function once, whoever calls it. */
__noinline int sp_report_xdp(struct xdp_md *ctx, __u32 outcome)
{
	struct sp_frame frame = sp_xdp_frame(ctx);
	struct sp_event *event = sp_begin_event(&frame, outcome);

	if (!event)
		return 0;
	event->interface_index = ctx->ingress_ifindex;
	if (event->captured &&
	    bpf_xdp_load_bytes(ctx, 0, event->frame, sp_bytes_to_copy(event)))
		event->captured = 0;
	bpf_ringbuf_submit(event, 0);
	return 0;
}

__noinline int sp_report_tc(struct __sk_buff *skb, __u32 outcome)
{
	struct sp_frame frame = sp_tc_frame(skb);
	struct sp_event *event = sp_begin_event(&frame, outcome);

	if (!event)
		return 0;
	event->interface_index = skb->ifindex;
	if (event->captured &&
	    bpf_skb_load_bytes(skb, 0, event->frame, sp_bytes_to_copy(event)))
		event->captured = 0;
	bpf_ringbuf_submit(event, 0);
	return 0;
}

/* Whether there is a text now for sp_end_reading. */
__noinline int sp_read_xdp(struct xdp_md *ctx)
{
	struct sp_frame frame = sp_xdp_frame(ctx);
	struct sp_reading *reading = sp_begin_reading(&frame);

	return reading && !bpf_xdp_load_bytes(ctx, reading->offset, &reading->text,
					      sp_bytes_to_read(reading));
}

__noinline int sp_read_tc(struct __sk_buff *skb)
{
	struct sp_frame frame = sp_tc_frame(skb);
	struct sp_reading *reading = sp_begin_reading(&frame);

	return reading && !bpf_skb_load_bytes(skb, reading->offset, &reading->text,
					      sp_bytes_to_read(reading));
}

/* Only XDP can send a frame back whose checksum nobody else completes. */
__noinline int sp_reset_xdp(struct xdp_md *ctx, __u32 verdict)
{
	struct sp_frame frame = sp_xdp_frame(ctx);
	__u32 length = sp_make_reset(&frame);

	if (!length || bpf_xdp_adjust_tail(ctx, (int)length - (int)frame.length))
		return XDP_DROP;
	sp_count_reset(verdict);
	return XDP_TX;
}

static __always_inline __u32 sp_judge_xdp(struct xdp_md *ctx)
{
	struct sp_frame frame = sp_xdp_frame(ctx);
	struct sp_judgement judgement = sp_judge(&frame);
	__u32 outcome;

	if (judgement.is_unread && sp_read_xdp(ctx))
		judgement.verdict = sp_end_reading(judgement.verdict);
	outcome = sp_account(judgement, frame.length);
	if (outcome & SP_OUTCOME_SAMPLED)
		sp_report_xdp(ctx, outcome);
	return outcome;
}

SEC("xdp")
int sp_xdp(struct xdp_md *ctx)
{
	__u32 outcome = sp_judge_xdp(ctx);

	if (outcome & SP_OUTCOME_RESET)
		return sp_reset_xdp(ctx, (__u8)outcome);
	return outcome & SP_OUTCOME_DROPPED ? XDP_DROP : XDP_PASS;
}

/*
 * For libxdp's dispatcher, in place of one of its functions, which does not change
 * packets: then neither may what replaces it (Linux 6.13), so that there is no answer by
 * reset.
 */
SEC("xdp")
int sp_xdp_shared(struct xdp_md *ctx)
{
	return sp_judge_xdp(ctx) & SP_OUTCOME_DROPPED ? XDP_DROP : XDP_PASS;
}

SEC("tc")
int sp_tc(struct __sk_buff *skb)
{
	struct sp_frame frame = sp_tc_frame(skb);
	struct sp_judgement judgement = sp_judge(&frame);
	__u32 outcome;

	if (judgement.is_unread && sp_read_tc(skb))
		judgement.verdict = sp_end_reading(judgement.verdict);
	outcome = sp_account(judgement, frame.length);
	if (outcome & SP_OUTCOME_SAMPLED)
		sp_report_tc(skb, outcome);
	/* UNSPEC: filters of others after ours still have their say. */
	return outcome & SP_OUTCOME_DROPPED ? TC_ACT_SHOT : TC_ACT_UNSPEC;
}

SEC("tc")
int sp_egress(struct __sk_buff *skb)
{
	struct sp_frame frame = sp_tc_frame(skb);

	return sp_judge_egress(skb, &frame) ? TC_ACT_SHOT : TC_ACT_UNSPEC;
}

char LICENSE[] SEC("license") = "GPL";
