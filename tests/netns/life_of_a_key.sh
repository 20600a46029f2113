#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A key is limited anew, suspended, resumed, transferred, rotated and ended, and its owner suspended,
# while it is used: each acts at once, on live connections too, and nothing else suffers.
. "$(dirname "$0")/lib.sh"

start_edge
make_users acme alice bob
make_users globex carol
cli key create acme/alice >"$scratch/created"
grep -q 'expires 20.* (--expires sets another time, --no-expiry none)' "$scratch/created" ||
	fail "a key's end is not said" "$(head -1 "$scratch/created")"
new_key alice acme/alice
new_key bob acme/bob --no-expiry
new_key carol globex/carol
expect_equal "end of a key without expiry" \
	"$(cli key show "$(key_id bob)" -o json | jq .expires_at)" 0
alice=$(key_id alice)

# expect_cut PORT VERDICT COMMAND…: the command's receipt says that the connection held on the port
# was cut and that both doors know; what still comes on it dies in the kernel.
expect_cut() {
	local port=$1 verdict=$2
	shift 2
	"$@" -o json >"$scratch/receipt"
	jq -e '.kernel_done and .terminator_done and .connections >= 1 and .revision > 0' \
		"$scratch/receipt" >/dev/null || fail "the receipt does not tell: $*" "$(cat "$scratch/receipt")"
	[ "$(live_ports | grep -c "^$port\$")" = 0 ] || fail "the connection outlived the receipt: $*"
	expect_late_drops "$verdict" "$port"
}

# Suspended and resumed.
expect_http 200 alice
hold_connection alice 20001
expect_cut 20001 DROP_KEY_SUSPENDED cli key suspend "$alice" --reason 'odd traffic'
expect_http 401 alice && expect_problem invalid-key
cli key resume "$alice" >/dev/null
expect_http 200 alice

# Its owner suspended: the key with it, and it is what it was afterwards.
hold_connection alice 20002
expect_cut 20002 DROP_OWNER_INACTIVE cli user suspend acme/alice
expect_http 401 alice
expect_http 200 bob
cli user resume acme/alice >/dev/null
expect_http 200 alice
hold_connection alice 20003
expect_cut 20003 DROP_OWNER_INACTIVE cli tenant suspend acme
expect_http 401 bob
expect_http 200 carol
cli tenant resume acme >/dev/null
expect_http 200 alice
expect_http 200 bob

# Another limit acts on the next request, in both directions.
cli key set "$alice" --limit 1/s --burst 0 >/dev/null
expect_http 200 alice
expect_http 429 alice
cli key set "$alice" --limit 1000/s --note 'of the billing job' >/dev/null
expect_http 200 alice
expect_http 200 alice
cli key set "$alice" --limit none >/dev/null
expect_equal "note of the key" "$(cli key show "$alice" -o json | jq -r .note)" 'of the billing job'

# Transferred: what ran in alice's name is cut, and what comes now is bob's.
hold_connection alice 20004
expect_cut 20004 DROP_KEY_REVOKED cli key transfer "$alice" acme/bob --reason 'alice moved on'
expect_http 200 alice
expect_equal "the body" "$(cat "$scratch/body")" "hello bob of acme"
cli user remove acme/alice >/dev/null
expect_http 200 alice

# Rotated: both are good until the overlap is over; then the old one ends by itself.
hold_connection alice 20005
(umask 077 && cli key rotate "$alice" --overlap 4s -q | sed 's/^/X-Api-Key: /' >"$scratch/fresh.header")
rotated_at=$SECONDS
expect_http 200 fresh
expect_http 200 alice
cli key show "$(key_id fresh)" >"$scratch/output"
expect_said "^replaces    $alice \(active\), last used 20.* from 192.0.2.7, in [12] of"
expect_said "$alice is still used and ends"
connection_is_gone() { ! live_ports | grep -qx 20005; }
wait_until 8 connection_is_gone || fail "the rotated key's connection did not end by itself"
[ $((SECONDS - rotated_at)) -ge 3 ] || fail "the rotated key ended before its time"
expect_late_drops DROP_KEY_EXPIRED 20005
expect_http 401 alice
expect_http 200 fresh

# Ended by hand, and given a later end again.
fresh=$(key_id fresh)
hold_connection fresh 20006
expect_cut 20006 DROP_KEY_EXPIRED cli key expire "$fresh" --reason 'no longer needed'
expect_http 401 fresh
cli key set "$fresh" --expires 1h >/dev/null
expect_http 200 fresh

# When and from where it was used is known after a restart, and so is everything else.
used=$(cli key show "$fresh" -o json | jq .last_used_at)
stop_agent
start_agent
[ "$(cli key show "$fresh" -o json | jq .last_used_at)" -ge "$used" ] ||
	fail "the last use was forgotten" "$(cli key show "$fresh")"
expect_equal "where the key was used last" \
	"$(cli key show "$fresh" -o json | jq -r .last_source)" 192.0.2.7
expect_http 200 fresh
expect_http 401 alice

# A tenant that is removed takes all along, for ever.
hold_connection fresh 20007
expect_cut 20007 DROP_KEY_REVOKED cli tenant remove acme --reason 'contract ended'
expect_http 401 fresh
expect_http 401 bob
expect_http 200 carol
expect_status 1 cli key resume "$fresh"
expect_said 'revoked, which is for ever'
expect_status 1 cli tenant resume acme
