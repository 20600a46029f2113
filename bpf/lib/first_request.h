/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The key in the first request of a connection to a service in clear: is it denied? What
 * is a first request is proven by the sequence number that the SYN announced: a body that
 * looks like a request is never judged. Each hook reads payload with a helper of its own,
 * between sp_begin_reading and sp_end_reading.
 *
 * Out of line, as the events are: it parses once more, and leaves the hot path alone.
 */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "bpf/lib/maps.h"
#include "bpf/lib/parse.h"
#include "bpf/lib/request.h"
#include "bpf/lib/service.h"
#include "bpf/lib/sha256.h"

/* Too large for the stack. Text and hash are wiped before the program ends (promise 7).
 */
struct sp_reading {
	struct sp_text text;
	struct sp_scan
	    scan; /* here, since the verifier follows each value on the stack */
	struct sp_hash hash;
	struct sp_connection_key connection;
	__u32 offset; /* of the payload in the frame */
	__u32 payload;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sp_reading);
} sp_readings SEC(".maps");

static const __u8 sp_blank_text[sizeof(struct sp_text)] = {};

/* What is to be read of the packet; NULL: nothing, and it passes as it is. */
static __always_inline struct sp_reading *sp_begin_reading(const struct sp_frame *frame)
{
	struct sp_packet packet;
	struct sp_reading *reading;
	struct sp_fresh *fresh, first;
	__u32 zero = 0;
	int is_v6;

	if (!sp_parse(frame, &packet, &is_v6) || packet.is_udp)
		return NULL;
	reading = bpf_map_lookup_elem(&sp_readings, &zero);
	if (!reading)
		return NULL;
	reading->connection.source = is_v6 ? packet.source : sp_map_v4(packet.v4_source);
	reading->connection.source_port = packet.source_port;
	reading->connection.service_id = sp_id_of(sp_find_service(&packet, is_v6));
	if (sp_is_syn(packet.flags)) {
		first.first_byte = bpf_ntohl(packet.sequence) + 1;
		bpf_map_update_elem(&sp_fresh, &reading->connection, &first, BPF_ANY);
		return NULL;
	}
	fresh = bpf_map_lookup_elem(&sp_fresh, &reading->connection);
	if (!fresh || fresh->first_byte != bpf_ntohl(packet.sequence))
		return NULL;
	reading->offset = packet.headers_end - frame->data;
	reading->payload = packet.payload;
	reading->scan = (struct sp_scan){
	    .length = packet.payload < SP_TEXT_BYTES ? packet.payload : SP_TEXT_BYTES,
	};
	return reading;
}

/* length, in a form in which the verifier sees that it is 1 to SP_TEXT_BYTES. */
static __always_inline __u32 sp_bytes_to_read(const struct sp_reading *reading)
{
	return ((reading->scan.length - 1U) & (SP_TEXT_BYTES - 1)) + 1;
}

struct sp_scanned {
	struct sp_reading *reading;
	const struct sp_key_headers *headers;
};

static long sp_scan_once(__u32 step, void *context)
{
	struct sp_scanned *in = context;

	(void)step;
	return sp_scan_step(&in->reading->text, in->headers, &in->reading->scan);
}

/* The bytes of block `number` of the key, and the padding that follows them. */
static __always_inline void sp_fill_block(struct sp_reading *reading, __u32 at,
					  __u32 length, __u32 number)
{
#pragma unroll
	for (int i = 0; i < 8; i++) {
		__u32 done = number * 64 + i * 8;
		__u64 word = 0;

		if (done < length)
			word = sp_word_at(&reading->text, at + done);
		if (done <= length && length < done + 8) {
			__u32 bits = (length - done) * 8;

			word = (word & ((1ULL << bits) - 1)) | 0x80ULL << bits;
		}
		word = bpf_be64_to_cpu(word);
		reading->hash.schedule[2 * i] = word >> 32;
		reading->hash.schedule[2 * i + 1] = word;
	}
}

/* Global, so that the verifier walks them once; two, since each fills much of a stack. */
__noinline int sp_mix_block(void)
{
	__u32 zero = 0;
	struct sp_reading *reading = bpf_map_lookup_elem(&sp_readings, &zero);

	if (reading)
		sp_sha256_stretch(&reading->hash);
	return 0;
}

__noinline int sp_take_block(void)
{
	__u32 zero = 0;
	struct sp_reading *reading = bpf_map_lookup_elem(&sp_readings, &zero);

	if (reading)
		sp_sha256_take(&reading->hash);
	return 0;
}

static __always_inline void sp_digest_block(void)
{
	sp_mix_block();
	sp_take_block();
}

static __always_inline int sp_is_denied(struct sp_reading *reading, __u32 at,
					__u32 length)
{
	struct sp_denied_key_id id;
	__u32 *words = (__u32 *)id.digest;

	at &= SP_TEXT_BYTES - 1;
	sp_sha256_begin(&reading->hash);
	sp_fill_block(reading, at, length, 0);
	if (length > 55) {
		sp_digest_block();
		sp_fill_block(reading, at, length, 1);
	}
	reading->hash.schedule[15] = length * 8;
	sp_digest_block();
#pragma unroll
	for (int i = 0; i < 4; i++)
		words[i] = bpf_htonl(reading->hash.state[i]);
	/* The words of a schedule are enough to compute the key from. */
	bpf_probe_read_kernel(&reading->hash, sizeof(reading->hash), sp_blank_text);
	return bpf_map_lookup_elem(&sp_denied_keys, &id) != NULL;
}

/* Whether the text, which is there now, presents a denied key. */
static __always_inline int sp_judge_text(struct sp_reading *reading)
{
	__u32 service = reading->connection.service_id, key, length;
	struct sp_scanned in = {
	    .reading = reading,
	    .headers = bpf_map_lookup_elem(&sp_key_headers, &service),
	};

	if (!in.headers)
		return 0;
	bpf_loop(SP_MOST_STEPS, sp_scan_once, &in, 0);
	length = sp_find_key(&reading->text, &reading->scan, reading->payload, &key);
	return length && sp_is_denied(reading, key, length);
}

/*
 * SP_DROP_KEY_DENIED, or `verdict`. Global, and not called by what reads the text: before
 * Linux 6.8 the stacks of three in a row are too much together.
 */
__noinline __u32 sp_end_reading(__u32 verdict)
{
	__u32 zero = 0;
	struct sp_reading *reading = bpf_map_lookup_elem(&sp_readings, &zero);
	int is_denied;

	if (!reading)
		return verdict;
	is_denied = sp_judge_text(reading);
	bpf_probe_read_kernel(&reading->text, sp_bytes_to_read(reading), sp_blank_text);
	if (is_denied)
		return SP_DROP_KEY_DENIED;
	bpf_map_delete_elem(&sp_fresh, &reading->connection);
	return verdict;
}
