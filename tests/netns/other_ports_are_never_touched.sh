#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What goes to a port that is no service passes untouched, whatever is in the tables.
. "$(dirname "$0")/lib.sh"

probe=$(dirname "$0")/probe.py
start_edge
make_users acme alice
new_key alice acme/alice
for address in 192.0.2.1 2001:db8::1; do
	for port in 22 8444; do
		python3 "$probe" echo-server "$address" "$port" &
	done
done
wait_until 30 client python3 "$probe" echo 192.0.2.8 192.0.2.1 22 ready >/dev/null 2>&1 ||
	fail "the echo server does not answer"
wait_until 30 client python3 "$probe" echo 2001:db8::8 2001:db8::1 8444 ready >/dev/null 2>&1 ||
	fail "the echo server does not answer over IPv6"

# A session like SSH's, from an address that is then condemned in every way there is.
client python3 "$probe" lines 192.0.2.8 192.0.2.1 22 "$scratch/lines" &
session_pid=$!
expect_http 200 alice --interface 192.0.2.8
expect_status 0 cli ban add 192.0.2.8
expect_status 0 cli ban add 2001:db8::8
for last in $(seq 1 20); do cli ban add "203.0.113.$last" >/dev/null; done
expect_status 0 cli key revoke "$(key_id alice)"
expect_no_answer alice --interface 192.0.2.8

for port in 22 8444; do
	expect_equal "echo on port $port" \
		"$(client python3 "$probe" echo 192.0.2.8 192.0.2.1 "$port" hello)" hello
	expect_equal "echo on port $port over IPv6" \
		"$(client python3 "$probe" echo 2001:db8::8 2001:db8::1 "$port" hello)" hello
done
client ping -q -c 2 -i 0.2 -W 1 -I 192.0.2.8 192.0.2.1 >/dev/null || fail "ping was touched"
client ping -q -c 2 -i 0.2 -W 1 -I 2001:db8::8 2001:db8::1 >/dev/null || fail "ping was touched"

# The session went on through all of it.
so_far=$(wc -l <"$scratch/lines")
grew() { [ "$(wc -l <"$scratch/lines")" -gt $((so_far + 5)) ]; }
wait_until 30 grew || fail "the session on port 22 stands still"
kill "$session_pid"

# What the edge itself asks of a server elsewhere comes back, from a port of the same number.
client python3 "$probe" echo-server 192.0.2.8 8443 &
wait_until 30 python3 "$probe" echo 192.0.2.1 192.0.2.8 8443 out >/dev/null 2>&1 ||
	fail "an answer to the edge's own connection was dropped"
expect_counter PASS_NOT_SERVICE at-least 50
