// SPDX-License-Identifier: Apache-2.0
/*
 * Sends one frame again and again, each time from the next source address and port. Runs as a
 * live frame under BPF_PROG_RUN, where XDP_TX means: out of the interface it claims to come from.
 *
 * Frames are recycled by the kernel with the bytes they had, or that a receiver left in them.
 * So every field that varies is written whole each time, and checksums are finished from the
 * sums that user space made with these fields zero.
 */
#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* Set before load. Offsets are from the start of the frame. */
const volatile __u32 sp_sources = 1;      /* how many source addresses */
const volatile __u32 sp_flows = 1;        /* source ports for each of them */
const volatile __u32 sp_random = 0;       /* draw both at random instead of in turn */
const volatile __u32 sp_first_source = 0; /* the 32 bits of the address that vary */
const volatile __u32 sp_source_at = 0;    /* where they are */
const volatile __u32 sp_first_port = 0;
const volatile __u32 sp_port_at = 0;
const volatile __u32 sp_tcp_check_at = 0;
const volatile __u32 sp_ip_check_at = 0; /* 0: an IPv6 frame, which has none */
const volatile __u32 sp_tcp_sum = 0;     /* of native 16-bit words */
const volatile __u32 sp_ip_sum = 0;

__u64 sp_sent;
__u32 sp_noise = 0x9E3779B9; /* never 0 */

static __u32 source_turn;
static __u32 flow_turn;

struct pick {
  __u32 source;
  __u32 flow;
};

static __always_inline __u32 next_noise(void) {
  __u32 x = sp_noise;

  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  sp_noise = x;
  return x;
}

static __always_inline __u32 below(__u32 noise, __u32 limit) {
  return (__u64)noise * limit >> 32;
}

static __always_inline struct pick next_pick(void) {
  struct pick pick = {.source = source_turn, .flow = flow_turn};

  if (sp_random) {
    pick.source = below(next_noise(), sp_sources);
    pick.flow = sp_flows > 1 ? below(next_noise(), sp_flows) : 0;
    return pick;
  }
  if (++source_turn >= sp_sources) {
    source_turn = 0;
    if (++flow_turn >= sp_flows) flow_turn = 0;
  }
  return pick;
}

/* RFC 1071: fold the carries in, take the complement. */
static __always_inline __u16 checksum(__u32 sum) {
  sum = (sum & 0xFFFF) + (sum >> 16);
  sum = (sum & 0xFFFF) + (sum >> 16);
  return ~sum;
}

SEC("xdp")
int sp_send(struct xdp_md* ctx) {
  void* data = (void*)(long)ctx->data;
  void* end = (void*)(long)ctx->data_end;
  struct pick pick = next_pick();
  __u32 source = bpf_htonl(sp_first_source + pick.source);
  __u16 port = bpf_htons(sp_first_port + pick.flow);
  __u32 halves = (source & 0xFFFF) + (source >> 16);

  /* The TCP checksum is the last of these fields. */
  if (data + sp_tcp_check_at + sizeof(__u16) > end) return XDP_ABORTED;
  *(__u32*)(data + sp_source_at) = source;
  *(__u16*)(data + sp_port_at) = port;
  *(__u16*)(data + sp_tcp_check_at) = checksum(sp_tcp_sum + halves + port);
  if (sp_ip_check_at) *(__u16*)(data + sp_ip_check_at) = checksum(sp_ip_sum + halves);
  sp_sent++;
  return XDP_TX;
}

/* On the sending interface while it sends: only with a program there does it take frames. */
SEC("xdp")
int sp_keep_ready(struct xdp_md* ctx) {
  (void)ctx;
  return XDP_PASS;
}

char LICENSE[] SEC("license") = "Apache-2.0";
