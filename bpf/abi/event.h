/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#pragma once

#include "bpf/abi/address.h"

/* The most of a frame that an event holds: link, IP and TCP headers, options and all. */
#define SP_EVENT_BYTES 128

/*
 * A record of the ring sp_events: one judged packet, sampled (sp_control). Of the frame
 * it holds headers alone, never a byte of payload: in a request that was sent in clear by
 * mistake that would be a key (promise 7). Writer: kernel.
 */
struct sp_event {
	__u64 time_ns; /* CLOCK_BOOTTIME */
	struct sp_address source;
	struct sp_address local;
	__be16 source_port;
	__be16 local_port;
	__u16 service_id;
	__u8 protocol; /* IPPROTO_TCP or IPPROTO_UDP */
	__u8 family;   /* 4 or 6 */
	__u32 slot;    /* the key slot that judged; means nothing where generation is 0 */
	__u32 generation; /* 0: no slot judged */
	__u32 interface_index;
	__u32 frame_bytes; /* length of the whole frame */
	__u16 captured;    /* bytes of it in frame */
	__u8 verdict;      /* enum sp_verdict */
	__u8 dropped;      /* 0 on a DROP_*: only observed */
	__u32 reserved;    /* zero */
	__u8 frame[SP_EVENT_BYTES];
};
SP_LAYOUT(struct sp_event, 200);
