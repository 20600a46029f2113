/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#pragma once

#include "bpf/abi/layout.h"

/*
 * A hash table in an mmapable array, one cache line a bucket. A verdict costs one cache
 * miss, where the kernel's hash map takes three (bucket, head and key of the element),
 * and a binding costs the agent no system call.
 *
 * A row's key is the whole key, never a digest of it: no drop by coincidence (promise 1).
 * What does not fit into 64 bits, or finds its line full, lives in the kernel's hash map
 * beside, and the line is marked as spilled.
 *
 * Writer: agent, except SP_ROW_SUPERSEDED. Order: a new row's key is written while its
 * value says that it is free, then the value. The kernel reads key, value, key.
 */
struct sp_row {
	__u64 key;
	__u64 value; /* free, when nothing but SP_ROW_FLAGS is set */
};

#define SP_LINE_ROWS 4

struct sp_line {
	struct sp_row rows[SP_LINE_ROWS];
};
SP_LAYOUT(struct sp_line, 64);

/*
 * The lowest 8 bits of a value are flags. One that the kernel sets may meet a row that
 * has just been freed, or given to another key: there it only makes the kernel look away.
 */
#define SP_ROW_FLAGS 0xffULL
#define SP_ROW_SPILLED 1ULL /* in the first row alone: more of this line is elsewhere */
#define SP_ROW_SUPERSEDED 2ULL /* set by the kernel, see struct sp_connection */
#define SP_ROW_SHIFT 8

/*
 * Which of `lines` a key belongs to: multiply-shift hashing (Dietzfelbinger et al., 1997)
 * by the host's secret odd number (sp_control), so that nobody can choose addresses and
 * ports that crowd one line. The range by multiplication: any number of lines will do.
 */
static inline __attribute__((always_inline)) __u32 sp_line_of(__u64 key, __u64 seed,
							      __u32 lines)
{
	return (__u32)(((key * seed) >> 32) * lines >> 32);
}
