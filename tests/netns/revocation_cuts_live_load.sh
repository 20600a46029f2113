#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A key is revoked while wrk sends on it at full load: its connections are closed, what still
# comes on them dies in XDP, new requests get 401, and another key's requests never fail.
. "$(dirname "$0")/lib.sh"

start_edge
make_users acme alice bob
new_key alice acme/alice
new_key bob acme/bob
expect_http 200 alice "$edge/quiet"

start_wrk alice revoked 9 40
revoked_pid=$wrk_pid
wait_until 30 bound_are -ge 40 || fail "wrk did not open its connections" "$(cat "$scratch/revoked.wrk")"
port=20001
hold_connection alice "$port"
live_sockets >"$scratch/of_alice"
start_wrk bob other 5 10
other_pid=$wrk_pid
wait_until 30 bound_are -ge 51 || fail "the other key's wrk did not open its connections"

# A long answer under way is cut too, not only what wrk does.
{
	status=0
	client curl -s --cacert "$scratch/tls.pem" -H "@$scratch/alice.header" -o "$scratch/stream" \
		--max-time 60 "$edge/stream" || status=$?
	echo "$status" >"$scratch/stream.status"
} &
wait_until 30 test -s "$scratch/stream" || fail "the stream did not begin"

cli key revoke "$(key_id alice)" -o json >"$scratch/receipt"
live_sockets >"$scratch/after"

expect_equal "live connections that outlived the revocation's receipt" \
	"$(comm -12 "$scratch/of_alice" "$scratch/after" | wc -l)" 0
[ "$(jq .connections "$scratch/receipt")" -ge 42 ] ||
	fail "the receipt counts too few connections" "$(cat "$scratch/receipt")"
jq -e '.kernel_done and .terminator_done' "$scratch/receipt" >/dev/null ||
	fail "the receipt does not say that kernel and terminator are done" "$(cat "$scratch/receipt")"
wait_until 10 test -s "$scratch/stream.status" || fail "the stream of the revoked key goes on"
[ "$(cat "$scratch/stream.status")" -ne 0 ] || fail "the stream of the revoked key came to its end"
expect_http 401 alice

expect_late_drops DROP_KEY_REVOKED "$port"

wait "$other_pid" || fail "the other key's wrk failed" "$(cat "$scratch/other.wrk")"
! grep -qE 'Non-2xx|Socket errors' "$scratch/other.wrk" ||
	fail "requests of the other key failed" "$(cat "$scratch/other.wrk")"
kill "$revoked_pid" 2>/dev/null || true
expect_http 200 bob
