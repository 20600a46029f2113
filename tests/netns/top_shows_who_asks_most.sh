#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `sallyport top` says whose key and which source ask most, what the doors and the upstream make of it,
# once as JSON and live in a terminal of 80 columns and 24 lines; a revoked key's refusals among them.
. "$(dirname "$0")/lib.sh"

# look QUERY: of one look, as JSON in $scratch/top.
look() {
	cli top --once --interval 2s -o json >"$scratch/top" || fail "top failed" "$(cat "$scratch/top")"
}
# expect_seen QUERY
expect_seen() {
	jq -e "$1" "$scratch/top" >/dev/null || fail "not so: $1" "$(jq . "$scratch/top")"
}

start_edge
make_users acme alice bob
new_key alice acme/alice
new_key bob acme/bob

look
expect_seen '.keys == [] and .sources == [] and .checks == [] and .window_us >= 2000000'

start_wrk alice load 12 4
few() { while :; do
	http bob "$edge/" --interface 192.0.2.9 >/dev/null
	http - "$edge/" --interface 192.0.2.9 >/dev/null
done; }
few &
few_pid=$!
wait_until 30 bound_are -ge 4
look
expect_seen ".keys[0].id == \"$(key_id alice)\" and .keys[0].user == \"alice\""
expect_seen ".keys | any(.id == \"$(key_id bob)\" and .requests > 0 and .refused == 0)"
expect_seen '.keys[0].requests > 5 * .keys[1].requests'
expect_seen '.sources[0].address == "192.0.2.7"'
expect_seen '.sources | any(.address == "192.0.2.9" and .refused > 0)'
expect_seen '.services[0] | .name == "api" and .answers > 0 and .failed == 0 and .upstream_us > 0
	and .upstream_us <= .upstream_most_us'
expect_seen '.packets | any(.verdict == "PASS_BOUND" and .packets > 0)'
expect_seen '.checks | any(.name == "missing-key" and .value > 0)'
expect_seen '[.checks[] | select(.name == "allowed") | .value][0] >= .keys[0].requests'

# Drawn, until q.
export TERM=xterm
python3 "$(dirname "$0")/terminal.py" 30 acme/alice q "$SALLYPORT" --socket "$scratch/control.sock" \
	top --interval 1s >"$scratch/drawn" || fail "it was not drawn, or did not end by q" "$(cat -v "$scratch/drawn")"
for heading in 'OUTER DOOR' 'INNER DOOR' UPSTREAM 192.0.2.7 PASS_BOUND; do
	grep -qa "$heading" "$scratch/drawn" || fail "$heading was not drawn" "$(cat -v "$scratch/drawn")"
done

# Refused by its key's standing, it is still that key.
kill "$few_pid"
wait "$wrk_pid" || true
cli key revoke "$(key_id alice)" >/dev/null
start_wrk alice refused 6 1
look
expect_seen ".keys[0].id == \"$(key_id alice)\" and .keys[0].refused == .keys[0].requests"
expect_seen '.checks | any(.name == "revoked-key" and .value > 0)'

# Nobody is left waiting when the agent stops.
cli top --once --interval 10s >"$scratch/late" 2>&1 &
top_pid=$!
sleep 1
kill -TERM "$agent_pid"
top_status=0
wait "$top_pid" || top_status=$?
expect_equal "exit status of a look that was cut short" "$top_status" 2
wait "$agent_pid" || fail "the agent did not stop in order"
