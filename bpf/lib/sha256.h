/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SHA-256 (FIPS 180-4), a block at a time. The schedule is in the caller's memory: BPF's
 * ten registers and 512 bytes of stack have room for the state alone. Compiles for the
 * BPF target and for the host.
 */
#pragma once

#include <linux/types.h>

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

struct sp_hash {
	__u32 state[8];
	__u32 schedule[16]; /* at first the block, each word in host byte order */
	__u32 mixed[64];    /* schedule and round constant */
};

/* Only ever read with an index that the compiler knows: no table is left of it. */
static const __u32 sp_sha256_rounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
    0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
    0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
    0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
    0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
    0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
    0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2,
};

/*
 * BPF has no rotation. Of a word that is there twice the lower half of a shift is one: an
 * instruction in place of three.
 */
static __always_inline __u64 sp_twice(__u32 word)
{
	__u64 upper = (__u64)word << 32;

	/* Or it becomes a multiplication by a constant that fits no instruction. */
	asm("" : "+r"(upper));
	return upper | word;
}

static __always_inline __u32 sp_big_sigma0(__u32 word)
{
	__u64 w = sp_twice(word);

	return w >> 2 ^ w >> 13 ^ w >> 22;
}

static __always_inline __u32 sp_big_sigma1(__u32 word)
{
	__u64 w = sp_twice(word);

	return w >> 6 ^ w >> 11 ^ w >> 25;
}

static __always_inline __u32 sp_small_sigma0(__u32 word)
{
	__u64 w = sp_twice(word);

	return (__u32)(w >> 7 ^ w >> 18) ^ word >> 3;
}

static __always_inline __u32 sp_small_sigma1(__u32 word)
{
	__u64 w = sp_twice(word);

	return (__u32)(w >> 17 ^ w >> 19) ^ word >> 10;
}

static __always_inline void sp_sha256_begin(struct sp_hash *hash)
{
	/* No table: clang puts one of 32 bytes where BTF can't describe it. */
	hash->state[0] = 0x6a09e667;
	hash->state[1] = 0xbb67ae85;
	hash->state[2] = 0x3c6ef372;
	hash->state[3] = 0xa54ff53a;
	hash->state[4] = 0x510e527f;
	hash->state[5] = 0x9b05688c;
	hash->state[6] = 0x1f83d9ab;
	hash->state[7] = 0x5be0cd19;
}

/*
 * The words of the block that `schedule` holds, and 48 more that follow from them, mixed.
 * The block can be computed from what stays in either: wipe them.
 */
static __always_inline void sp_sha256_stretch(struct sp_hash *hash)
{
	/* Volatile: left in memory, sixteen words are no burden to the stack. */
	volatile __u32 *words = hash->schedule;

#pragma unroll
	for (int i = 0; i < 64; i++) {
		__u32 word = words[i & 15];

		if (i >= 16) {
			word += sp_small_sigma0(words[(i - 15) & 15]) +
				words[(i - 7) & 15] +
				sp_small_sigma1(words[(i - 2) & 15]);
			words[i & 15] = word;
		}
		hash->mixed[i] = word + sp_sha256_rounds[i];
	}
}

/* Takes in the block whose words are mixed. */
static __always_inline void sp_sha256_take(struct sp_hash *hash)
{
	__u32 a = hash->state[0], b = hash->state[1], c = hash->state[2];
	__u32 d = hash->state[3], e = hash->state[4], f = hash->state[5];
	__u32 g = hash->state[6], h = hash->state[7];

	for (int i = 0; i < 64; i += 8) {
#define SP_ROUND(a, b, c, d, e, f, g, h, at)                                             \
	h += sp_big_sigma1(e) + (g ^ (e & (f ^ g))) + hash->mixed[at];                   \
	d += h;                                                                          \
	h += sp_big_sigma0(a) + ((a & b) | (c & (a | b)))
		SP_ROUND(a, b, c, d, e, f, g, h, i);
		SP_ROUND(h, a, b, c, d, e, f, g, i + 1);
		SP_ROUND(g, h, a, b, c, d, e, f, i + 2);
		SP_ROUND(f, g, h, a, b, c, d, e, i + 3);
		SP_ROUND(e, f, g, h, a, b, c, d, i + 4);
		SP_ROUND(d, e, f, g, h, a, b, c, i + 5);
		SP_ROUND(c, d, e, f, g, h, a, b, i + 6);
		SP_ROUND(b, c, d, e, f, g, h, a, i + 7);
#undef SP_ROUND
	}
	hash->state[0] += a;
	hash->state[1] += b;
	hash->state[2] += c;
	hash->state[3] += d;
	hash->state[4] += e;
	hash->state[5] += f;
	hash->state[6] += g;
	hash->state[7] += h;
}
