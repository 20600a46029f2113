/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#pragma once

#include "bpf/abi/layout.h"

/*
 * Value of sp_key_usage (per-CPU array), same index as sp_key_slots: what a key's
 * connections were sent. A CPU's part counts for the generation that it names, and for
 * none before it. Writer: kernel.
 */
struct sp_key_usage {
	__u32 generation;
	__u32 reserved; /* zero */
	__u64 packets;  /* those merged into one frame (GSO) count each */
	__u64 bytes;    /* of TCP payload */
	__u64 delayed;  /* frames that were given a later departure */
	__u64 dropped;  /* frames whose departure would be too far ahead */
};
SP_LAYOUT(struct sp_key_usage, 40);
