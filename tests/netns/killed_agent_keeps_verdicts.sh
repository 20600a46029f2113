#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 of the agent: the kernel keeps the verdicts it has. After a restart the state is the
# same, and the program was never detached in between.
. "$(dirname "$0")/lib.sh"

probe=$(dirname "$0")/probe.py
start_edge
make_users acme alice bob
new_key alice acme/alice
new_key bob acme/bob
expect_http 200 alice
expect_http 200 bob
port=20001
hold_connection bob "$port"
cli key revoke "$(key_id bob)" >/dev/null
cli ban add 192.0.2.9 >/dev/null
expect_no_answer alice --interface 192.0.2.9
expect_late_drops DROP_KEY_REVOKED "$port"
program() { ip -details link show e0 | grep -o 'prog/xdp id [0-9]*' || echo none; }
first_program=$(program)
[ "$first_program" != none ] || fail "no XDP program is attached" "$(ip -details link show e0)"

# Someone who is banned knocks all the while, and someone watches the interface.
client python3 "$probe" knock 192.0.2.9 192.0.2.1 8443 5 >"$scratch/knocks" &
knock_pid=$!
while sleep 0.01; do program; done >"$scratch/programs" &
watch_pid=$!

kill_agent
expect_no_answer alice --interface 192.0.2.9
expect_http 000 alice
was_refused || fail "nobody listens, but another source was not refused by TCP" "$(cat "$scratch/curl.err")"
start_agent

wait "$knock_pid"
kill "$watch_pid"
expect_equal "knocks of the banned source that were answered" "$(cat "$scratch/knocks")" 0
[ "$(wc -l <"$scratch/programs")" -ge 50 ] || fail "nobody watched the interface"
! grep -q none "$scratch/programs" || fail "for a moment no program was attached"

expect_http 200 alice
expect_http 401 bob
expect_no_answer alice --interface 192.0.2.9
expect_equal "bans after the restart" "$(cli ban list -o json | jq '.bans | length')" 1
expect_counter DROP_SOURCE_BANNED at-least 10
expect_late_drops DROP_KEY_REVOKED "$port"

# Again, in the middle of load: the store is whole.
start_wrk alice load 4 20
load_pid=$wrk_pid
wait_until 30 bound_are -ge 20 || fail "wrk did not open its connections"
kill_agent
start_agent
wait "$load_pid" || true
expect_http 200 alice
expect_http 401 bob
