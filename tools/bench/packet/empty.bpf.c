// SPDX-License-Identifier: Apache-2.0
/*
 * The limits to measure against: programs that do nothing but answer, and one that reads the
 * source address first, as whoever judges a packet must: the header is in another core's cache.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

SEC("xdp")
int sp_bench_drop(struct xdp_md* ctx) {
  (void)ctx;
  return XDP_DROP;
}

SEC("xdp")
int sp_bench_read(struct xdp_md* ctx) {
  const __u8* data = (void*)(long)ctx->data;
  const __u8* end = (void*)(long)ctx->data_end;

  if (data + 34 > end) return XDP_PASS;
  return *(const __u32*)(data + 26) ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int sp_bench_pass(struct xdp_md* ctx) {
  (void)ctx;
  return XDP_PASS;
}

SEC("tc")
int sp_bench_shot(struct __sk_buff* skb) {
  (void)skb;
  return TC_ACT_SHOT;
}

char LICENSE[] SEC("license") = "Apache-2.0";
