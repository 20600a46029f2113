/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#pragma once

#include "bpf/abi/connection.h"

/*
 * Services in clear: the kernel finds the key in the first request of a connection and
 * looks for its digest among those that are denied.
 */

/* Key of sp_denied_keys: the first half of the SHA-256 of the raw key. */
struct sp_denied_key_id {
	__u8 digest[16];
};
SP_LAYOUT(struct sp_denied_key_id, 16);

/* Value of sp_denied_keys. Writer: agent. */
struct sp_denied_key {
	__u32 verdict;  /* enum sp_verdict: why, as for the connections of the key */
	__u32 reserved; /* zero */
	__u64 revision; /* evidence: of the registry, when it was denied */
};
SP_LAYOUT(struct sp_denied_key, 16);

/* Keys up to this long (bytes) are looked at: two blocks of SHA-256 with its padding. */
#define SP_MOST_KEY_BYTES 119

/*
 * A header that may hold the key: its name in lower case and the colon, in words as they
 * lie in memory. A line of a request is that header when in every word
 * ((line | fold) & care) == name. Length 0: none, and no more follow.
 */
#define SP_HEADER_WORDS 3
struct sp_key_header {
	__u64 name[SP_HEADER_WORDS];
	__u64 fold[SP_HEADER_WORDS]; /* 0x20 where name has a letter */
	__u64 care[SP_HEADER_WORDS]; /* 0xff where name has anything */
	__u32 length;                /* bytes, with the colon */
	__u32 is_bearer; /* the key follows the scheme (RFC 6750 section 2.1) */
};
SP_LAYOUT(struct sp_key_header, 80);

/*
 * Value of sp_key_headers (array), by service id: every header in which the service takes
 * a key. Where they can't be told here there are none, and its requests pass unread.
 * Writer: agent.
 */
#define SP_KEY_HEADERS 4
#define SP_MOST_SERVICES 64 /* ids are 1 to this */
struct sp_key_headers {
	struct sp_key_header headers[SP_KEY_HEADERS];
};
SP_LAYOUT(struct sp_key_headers, 320);

/*
 * Value of sp_fresh (LRU), by connection: the sequence number of its first byte of data,
 * kept when its SYN passed. What begins elsewhere is no first request. Gone once the
 * first bytes have passed. Writer: kernel.
 */
struct sp_fresh {
	__u32 first_byte; /* host byte order */
};
SP_LAYOUT(struct sp_fresh, 4);
