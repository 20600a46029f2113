#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An upload is held to its key's byte limit, in the kernel where that enforces and by the inner
# door where it does not; it arrives whole, and other keys are not held. So with packets.
. "$(dirname "$0")/lib.sh"

rate=400000
burst=40000
size=700000
start_edge
make_users acme alice
new_key free acme/alice
for name in held off observe; do
	new_key "$name" acme/alice --bytes "${rate}/s" --byte-burst "$burst"
done
new_key packets acme/alice --packets 50/s --packet-burst 20
cli key show "$(key_id held)" | grep -qx "bytes       $rate/s, burst $burst" ||
	fail "key show does not tell the limit" "$(cli key show "$(key_id held)")"
head -c "$size" /dev/urandom >"$scratch/upload"

now_ms() { date +%s%3N; }

# upload KEY: takes as long as it takes; how long at most is in $took_ms.
upload() {
	local start
	start=$(now_ms)
	expect_http 200 "$1" -X POST --data-binary "@$scratch/upload" --max-time 60 "$edge/patient"
	took_ms=$(($(now_ms) - start))
}

# Bytes of TCP payload that passed as bound: 66 bytes of headers a frame, with timestamps.
passed_payload() { echo $(($(counter PASS_BOUND bytes) - 66 * $(counter PASS_BOUND))); }

upload free
expect_counter DROP_KEY_OVER_BYTES exactly 0

before=$(passed_payload)
upload held
passed=$(($(passed_payload) - before))
most=$((rate * took_ms / 1000 + burst + 1500))
[ "$passed" -le "$most" ] || fail "$passed bytes passed in $took_ms ms, at most $most may"
expect_counter DROP_KEY_OVER_BYTES at-least 1
dropped=$(counter DROP_KEY_OVER_BYTES)

# The same outcome without the outer door: whole, and not faster than the limit.
for mode in off observe; do
	cli mode "$mode" >/dev/null
	upload "$mode"
	least=$(((size - burst - 65536) * 1000 / rate))
	[ "$took_ms" -ge "$least" ] || fail "mode $mode: $took_ms ms for the upload, at least $least"
	expect_counter DROP_KEY_OVER_BYTES exactly "$dropped"
done
cli mode enforce >/dev/null

# What else comes on a connection of a key over its packet rate dies in the kernel.
hold_connection packets 20002
start=$(now_ms)
before=$(counter DROP_KEY_OVER_PACKETS)
send_late 20002 1000
most=$((50 * ($(now_ms) - start) / 1000 + 20 + 1))
expect_counter DROP_KEY_OVER_PACKETS at-least $((before + 1000 - most))
expect_http 200 free
