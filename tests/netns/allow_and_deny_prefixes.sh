#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prefixes: what is denied is cut and refused at once by both doors, what is allowed is let in
# whatever bans there are, and a list is replaced as a whole.
. "$(dirname "$0")/lib.sh"

start_edge refusals=5 settle=0s
make_users acme alice
new_key alice acme/alice
new_key gone acme/alice
cli key revoke "$(key_id gone)" >/dev/null

# Denied in the middle of a connection: it is cut, and what still comes dies in the kernel.
hold_connection alice 20001
cli cidr deny 192.0.2.6/31 --note 'a test' -o json >"$scratch/receipt"
expect_equal "connections cut by the denial" "$(jq .connections "$scratch/receipt")" 1
expect_equal "whether the kernel took it" "$(jq .kernel_done "$scratch/receipt")" true
expect_no_answer alice --interface 192.0.2.7
expect_late_drops DROP_CIDR_DENIED 20001
expect_http 200 alice --interface 192.0.2.8

# A longer prefix in it that is allowed, and a ban that then has no effect.
cli ban add 192.0.2.7 >/dev/null
expect_status 0 cli cidr allow 192.0.2.7
expect_http 200 alice --interface 192.0.2.7
expect_counter PASS_CIDR_ALLOWED at-least 1
expect_status 0 cli cidr list
expect_said '192\.0\.2\.6/31 +deny .*a test'
expect_status 0 cli cidr remove 192.0.2.7/32
expect_no_answer alice --interface 192.0.2.7
expect_status 1 cli cidr remove 192.0.2.7/32
cli ban remove 192.0.2.7 >/dev/null

# A list from a file, with an error: nothing changes. Then the list as it is published.
printf '192.0.2.8/32\n192.0.2.9/24\n' >"$scratch/list"
expect_status 2 cli cidr load "$scratch/list"
expect_said 'line 2: not a prefix: 192\.0\.2\.9/24'
for file in "$scratch" /nowhere; do # a directory opens, but has no lines
	expect_status 2 cli cidr load "$file"
	expect_said 'name a file of prefixes'
done
expect_no_answer alice --interface 192.0.2.7
printf '# scanners\n192.0.2.8  # one\n2001:db8::8/128\nallow 192.0.2.0/28\n' >"$scratch/list"
expect_status 0 cli cidr load "$scratch/list"
expect_http 200 alice --interface 192.0.2.7
expect_no_answer alice --interface 192.0.2.8
expect_no_answer alice --interface 2001:db8::8 "$edge6/"
expect_http 200 alice --interface 2001:db8::7 "$edge6/"

# An allowed source that presents a revoked key is refused, but not banned; without the list it is.
for _ in 1 2 3 4 5 6 7 8; do expect_http 401 gone --interface 192.0.2.9; done
expect_equal "bans" "$(cli ban list -o json | jq '.bans | length')" 0
expect_status 0 cli cidr remove 192.0.2.0/28
for _ in 1 2 3 4 5 6 7 8; do http gone --interface 192.0.2.9 --connect-timeout 1 >/dev/null; done
expect_equal "bans" "$(cli ban list -o json | jq '.bans | length')" 1

# With the outer door in observe mode the inner door refuses, and after a restart both do.
cli mode observe >/dev/null
expect_closed alice --interface 192.0.2.8
expect_counter DROP_CIDR_DENIED at-least 1 observed_packets
cli mode enforce >/dev/null
kill_agent
expect_no_answer alice --interface 192.0.2.8
start_agent
expect_no_answer alice --interface 192.0.2.8
expect_http 200 alice --interface 192.0.2.7
expect_status 0 cli cidr load /dev/null
expect_http 200 alice --interface 192.0.2.8
