/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#pragma once

#include "bpf/abi/address.h"

/*
 * Value of sp_sources; its key is the source's struct sp_address, for IPv6 with the lower
 * 64 bits zero (a source is judged by its /64). Writer: agent.
 */
struct sp_source_state {
	__u64 expires_ns;  /* CLOCK_BOOTTIME; from then on the entry is ignored */
	__u32 verdict;     /* enum sp_verdict, a DROP_SOURCE_* */
	__u32 refusals;    /* evidence: refused keys seen when the verdict was made */
	__u64 made_unix_s; /* evidence: when the verdict was made, wall clock */
	__u32 repetition;  /* evidence: how many bans in a row; the time grows with it */
	__u32 reserved;    /* zero */
};
SP_LAYOUT(struct sp_source_state, 32);

/* expires_ns of a verdict that only an operator ends. */
#define SP_NEVER (~0ULL)
