/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The kernel/user contract: every type and constant that crosses the boundary
 * lives in bpf/abi/, is included by both worlds, and has its size asserted.
 */
#pragma once

#include <linux/types.h>

/* Grows with every change of a map's key, value or meaning; pins live under it. */
#define SP_ABI_VERSION 4

#ifdef __cplusplus
#define SP_STATIC_ASSERT(condition, text) static_assert(condition, text)
#else
#define SP_STATIC_ASSERT(condition, text) _Static_assert(condition, text)
#endif

/* Both sides must agree on the size; a difference stops the build. */
#define SP_LAYOUT(type, bytes)                                                           \
	SP_STATIC_ASSERT(sizeof(type) == (bytes),                                        \
			 #type " changed size: raise SP_ABI_VERSION")
