/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#pragma once

#include "bpf/abi/layout.h"
#include "bpf/abi/limit.h"

/*
 * Slot 0 belongs to no key: it is condemned for ever with DROP_CONNECTION_OFFENDER, so
 * that a connection of an offender is condemned by binding it there.
 */
#define SP_OFFENDER_SLOT 0U

/*
 * Value of sp_key_slots (mmapable array): the verdict on a key that is in use on this
 * host. Writer: agent. One write to verdict condemns every connection of the key.
 */
struct sp_key_slot {
	__u32 generation; /* grows each time the slot is given to a key; 0: never given */
	__u32 verdict;   /* enum sp_verdict: PASS_BOUND, or the DROP_* for every packet */
	__u8 digest[16]; /* first half of the key's SHA-256: whose slot it is, for
			    restarts */
	struct sp_limits limits;
	/* Of a byte of response payload, as sp_limits.byte_cost; 0: no limit. */
	__u64 egress_byte_cost;
};
SP_LAYOUT(struct sp_key_slot, 64);

/*
 * Value of sp_key_clocks (mmapable array), same index: GCRA clocks, CLOCK_BOOTTIME
 * nanoseconds at which the next unit conforms. Both sides move them, by 64-bit
 * compare-and-swap only.
 */
struct sp_key_clocks {
	__u64 requests_ns;
	__u64 packets_ns;
	__u64 bytes_ns; /* of TCP payload */
	__u64
	    received_ns; /* the same limit as the inner door spends it, see bpf/README */
	/*
	 * CLOCK_MONOTONIC, as departure times are: when the next byte of a response may
	 * leave. The kernel's alone.
	 */
	__u64 egress_ns;
	__u64 reserved[3]; /* a cache line of its own */
};
SP_LAYOUT(struct sp_key_clocks, 64);
