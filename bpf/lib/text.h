/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The first bytes of a connection, and looks at eight of them at a time. Compiles for the
 * BPF target and for the host (fuzzing).
 */
#pragma once

#include <linux/types.h>

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

/* What is looked at of a segment; a head that is longer passes. A power of two. */
#define SP_TEXT_BYTES 2048U
/* Readable beyond, so that a word or a key may begin at the last byte. */
#define SP_TEXT_SLACK 144U

struct sp_text {
	__u8 bytes[SP_TEXT_BYTES + SP_TEXT_SLACK];
};

#define SP_MOST_SPACES 8 /* before and after a value; with more the packet passes */

/* Eight bytes as they lie in memory; `at` below SP_TEXT_BYTES, and a little more. */
static __always_inline __u64 sp_word_at(const struct sp_text *text, __u32 at)
{
#ifdef __bpf__
	return *(const volatile __u64 *)(text->bytes + at);
#else
	__u64 word;

	__builtin_memcpy(&word, text->bytes + at, sizeof(word));
	return word;
#endif
}

#define SP_ONES 0x0101010101010101ULL
#define SP_HIGHS 0x8080808080808080ULL

#define SP_STEP_BYTES 32U

/* How far the next line feed is, SP_STEP_BYTES: not that near. */
static __always_inline __u32 sp_find_line_feed(const struct sp_text *text, __u32 at)
{
#pragma unroll
	for (int i = 0; i < 4; i++) {
		__u64 x = sp_word_at(text, at + 8 * i) ^ (SP_ONES * '\n');
		__u64 found = (x - SP_ONES) & ~x & SP_HIGHS;

		if (!found)
			continue;
		/* No instruction counts zeros. The lowest mark, which alone is exact,
		 * becomes a shift of a word of places. */
		return 8 * i + ((((found & -found) >> 7) * 0x0001020304050607ULL) >> 56);
	}
	return SP_STEP_BYTES;
}

static __always_inline int sp_is_blank(__u8 byte)
{
	return byte == ' ' || byte == '\t';
}

static __always_inline __u32 sp_skip_blanks(const struct sp_text *text, __u32 at)
{
#pragma unroll
	for (int i = 0; i < SP_MOST_SPACES; i++) {
		at &= SP_TEXT_BYTES - 1;
		if (!sp_is_blank(text->bytes[at]))
			break;
		at++;
	}
	return at & (SP_TEXT_BYTES - 1);
}
