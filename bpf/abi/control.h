/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#pragma once

#include "bpf/abi/layout.h"

/* sp_control.flags: tables that are empty are not looked up. */
#define SP_HAVE_SOURCES (1U << 0)
#define SP_HAVE_CONNECTIONS (1U << 1)
#define SP_HAVE_HASHED_SOURCES (1U << 2) /* rows of sp_sources that no line has */
#define SP_HAVE_CIDRS (1U << 3)
#define SP_HAVE_V6_CIDRS (1U << 4)
#define SP_SECOND_CIDRS (1U << 5) /* which of the two lists is in force */
#define SP_HAVE_DENIED_KEYS (1U << 6)

/*
 * The only element of sp_control. Writer: agent. New members come last: an upgrade
 * carries over the part that both versions have.
 */
struct sp_control {
	__u32 abi_version; /* SP_ABI_VERSION of the agent that wrote it */
	__u32 flags;       /* SP_HAVE_* */
	__u64 seed;        /* of sp_line_of, odd; made once, kept as long as the pins */
	/*
	 * One in so many packets becomes an event, counted per CPU and verdict; the first
	 * one does. 0: none.
	 */
	__u32 sample_drops;  /* of what is dropped, or would be (observe) */
	__u32 sample_passes; /* of what passes and is for a service */
	/* GCRA of a source's new connections: see struct sp_pace. */
	__u64 pace_cost_ns; /* 0: as it likes */
	__u64 pace_burst_ns;
	/* GCRA of the resets that are sent, all together: see sp_resets. */
	__u64 reset_cost_ns; /* 0: none is sent */
	__u64 reset_burst_ns;
};
SP_LAYOUT(struct sp_control, 56);
