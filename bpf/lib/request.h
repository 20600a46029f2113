/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where is the key in the first bytes of a connection? Looks at an HTTP/1 head only as
 * far as the question goes, and has an answer only where the head is whole, holds exactly
 * one header that may hold a key, and nothing follows it but its own body: then the inner
 * door reads the same key, or refuses the request anyway. Compiles for the BPF target and
 * for the host (fuzzing).
 */
#pragma once

#include <linux/types.h>

#include "bpf/abi/denied_key.h"
#include "bpf/lib/text.h"

#define SP_MOST_DIGITS 9   /* of a Content-Length */
#define SP_MOST_STEPS 192U /* of 32 bytes, and one more for each line: 128 lines */

/* Where a look at a text has come to. */
struct sp_scan {
	__u32 length;      /* of the text, at most SP_TEXT_BYTES */
	__u32 at;          /* the next byte to look at */
	__u32 value;       /* where the key's value begins, blanks and all; 0: none yet */
	__u32 value_end;   /* where its line ends */
	__u32 body_length; /* where the value of Content-Length begins; 0: none */
	__u32 end;         /* where the head ends; 0: not seen */
	__u8 is_at_line;   /* `at` is where a line begins */
	__u8 is_bearer;
	__u8 is_odd; /* something that only the inner door can judge */
};

static __always_inline int sp_is_header(const struct sp_text *text, __u32 at,
					const struct sp_key_header *header)
{
	if (((sp_word_at(text, at) | header->fold[0]) & header->care[0]) !=
	    header->name[0])
		return 0;
	return ((sp_word_at(text, at + 8) | header->fold[1]) & header->care[1]) ==
		   header->name[1] &&
	       ((sp_word_at(text, at + 16) | header->fold[2]) & header->care[2]) ==
		   header->name[2];
}

/* "content-length:" in the form of struct sp_key_header, which a host in another byte
 * order would need to write otherwise. */
static __always_inline int sp_is_content_length(const struct sp_text *text, __u32 at)
{
	return (sp_word_at(text, at) | 0x0020202020202020ULL) == 0x2d746e65746e6f63ULL &&
	       ((sp_word_at(text, at + 8) | 0x0000202020202020ULL) &
		0x00ffffffffffffffULL) == 0x003a6874676e656cULL;
}

/* A line begins: is it one to remember, the last one, or one that goes on the one before?
 */
static __always_inline void sp_begin_line(const struct sp_text *text,
					  const struct sp_key_headers *headers,
					  struct sp_scan *scan, __u32 at)
{
	__u64 word = sp_word_at(text, at);

	if ((word & 0xffff) == 0x0a0d) {
		if (at + 2 <= scan->length)
			scan->end = at + 2;
		return;
	}
	if ((__u8)word == ' ' || (__u8)word == '\t') {
		scan->is_odd = 1;
		return;
	}
	if (sp_is_content_length(text, at)) {
		if (scan->body_length)
			scan->is_odd = 1;
		scan->body_length = at + 15;
		return;
	}
#pragma unroll
	for (int i = 0; i < SP_KEY_HEADERS; i++) {
		const struct sp_key_header *header = &headers->headers[i];

		if (!header->length || !sp_is_header(text, at, header))
			continue;
		if (scan->value)
			scan->is_odd = 1;
		scan->value = at + header->length;
		scan->value_end = 0;
		scan->is_bearer = header->is_bearer != 0;
	}
}

/* Looks at SP_STEP_BYTES, or as many of them as the line has. 1: enough was seen. */
static __always_inline int sp_scan_step(const struct sp_text *text,
					const struct sp_key_headers *headers,
					struct sp_scan *scan)
{
	__u32 at = scan->at & (SP_TEXT_BYTES - 1), place;

	if (scan->at >= scan->length)
		return 1;
	if (scan->is_at_line) {
		scan->is_at_line = 0;
		sp_begin_line(text, headers, scan, at);
		if (scan->end || scan->is_odd)
			return 1;
	}
	place = sp_find_line_feed(text, at);
	if (place == SP_STEP_BYTES) {
		scan->at = at + SP_STEP_BYTES;
		return 0;
	}
	if (at + place >= scan->length)
		return 1;
	if (text->bytes[(at + place - 1) & (SP_TEXT_BYTES - 1)] != '\r') {
		scan->is_odd = 1;
		return 1;
	}
	if (scan->value && !scan->value_end)
		scan->value_end = at + place - 1;
	scan->at = at + place + 1;
	scan->is_at_line = 1;
	return 0;
}

/* "bearer " in any case. */
static __always_inline int sp_is_bearer(__u64 word)
{
	return ((word | 0x00202020202020ULL) & 0x00ffffffffffffffULL) ==
	       0x0020726572616562ULL;
}

/*
 * Whether `beyond`, which is what the segment has after the head, is within the body that
 * the head announces: a second request could be one that is accepted.
 */
static __always_inline int sp_is_body(const struct sp_text *text,
				      const struct sp_scan *scan, __u32 beyond)
{
	__u32 at, announced = 0;
	int digits = 0;

	if (!beyond)
		return 1;
	if (!scan->body_length)
		return 0;
	at = sp_skip_blanks(text, scan->body_length);
#pragma unroll
	for (int i = 0; i < SP_MOST_DIGITS; i++) {
		__u8 byte = text->bytes[at + i];

		if (byte < '0' || byte > '9')
			break;
		announced = announced * 10 + (byte - '0');
		digits++;
	}
	return digits > 0 && beyond <= announced;
}

/*
 * The key's place, once the steps are over; its length, 0: there is no key to be judged.
 * `payload`: bytes of the whole segment.
 */
static __always_inline __u32 sp_find_key(const struct sp_text *text,
					 const struct sp_scan *scan, __u32 payload,
					 __u32 *key)
{
	__u32 at = scan->value, end = scan->value_end;

	if (!scan->end || scan->is_odd || !at || payload < scan->end ||
	    !sp_is_body(text, scan, payload - scan->end))
		return 0;
	at = sp_skip_blanks(text, at);
	if (scan->is_bearer) {
		if (!sp_is_bearer(sp_word_at(text, at)))
			return 0;
		at = sp_skip_blanks(text, at + 7);
	}
	if (at >= end || sp_is_blank(text->bytes[at]))
		return 0;
#pragma unroll
	for (int i = 0; i < SP_MOST_SPACES; i++) {
		if (!sp_is_blank(text->bytes[(end - 1) & (SP_TEXT_BYTES - 1)]))
			break;
		end--;
	}
	if (end - at > SP_MOST_KEY_BYTES ||
	    sp_is_blank(text->bytes[(end - 1) & (SP_TEXT_BYTES - 1)]))
		return 0;
	*key = at;
	return end - at;
}
