/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#pragma once

#include "bpf/abi/layout.h"

/*
 * An IP address in network byte order. IPv4 is stored v4-mapped (::ffff:a.b.c.d,
 * RFC 4291 section 2.5.5.2), so that one table serves both families.
 */
struct sp_address {
	__u8 bytes[16];
};
SP_LAYOUT(struct sp_address, 16);
