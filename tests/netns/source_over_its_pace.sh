#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A source that opens connections faster than it may has its SYNs dropped, then its connections
# closed where there is no outer door; others, its open connections and allowed prefixes are not.
. "$(dirname "$0")/lib.sh"

start_edge pace_per_second=1 pace_burst=4
make_users acme alice
new_key alice acme/alice

connections=$scratch/connections
knock() { # FROM COUNT: so many connections at once, without waiting for each other
	local pids=()
	for _ in $(seq "$2"); do
		client curl -s -o /dev/null --cacert "$scratch/tls.pem" --noproxy '*' --interface "$1" \
			--connect-timeout 0.5 --max-time 5 -H "@$scratch/alice.header" \
			-w '%{http_code}\n' "$edge/" >>"$connections" &
		pids+=($!)
	done
	wait "${pids[@]}" || true # a connection that was refused is no error here
}

: >"$connections"
hold_connection alice 20001
knock 192.0.2.8 30
served=$(grep -c 200 "$connections" || true)
[ "$served" -ge 5 ] || fail "only $served connections were let in, the burst is 4 and one"
[ "$served" -le 15 ] || fail "$served of 30 connections were let in at once"
expect_counter DROP_SOURCE_PACED at-least 10
expect_http 200 alice --interface 192.0.2.9
grep -q '^HTTP/1.1 200' "$scratch/held.20001" || fail "the open connection did not survive"

cli cidr allow 192.0.2.8 >/dev/null
: >"$connections"
knock 192.0.2.8 20
expect_equal "connections of an allowed source" "$(grep -c 200 "$connections")" 20
cli cidr remove 192.0.2.8/32 >/dev/null

# In observe mode the kernel counts and the inner door refuses, its burst two seconds' worth more.
cli mode observe >/dev/null
: >"$connections"
knock 192.0.2.8 30
served=$(grep -c 200 "$connections" || true)
[ "$served" -le 20 ] || fail "$served of 30 connections were let in by the inner door"
expect_counter DROP_SOURCE_PACED at-least 10 observed_packets
paced=$(cli counters -o json | jq '.agent[] | select(.name == "connections_paced") | .value')
[ "$paced" -ge 5 ] || fail "the inner door closed $paced connections"
