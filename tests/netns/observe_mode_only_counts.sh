#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# observe counts what it would have dropped and drops nothing; off does not even count; a mode is
# switched without detaching, and outlives a restart.
. "$(dirname "$0")/lib.sh"

start_edge mode=observe
make_users acme alice
new_key alice acme/alice
cli ban add 192.0.2.8 >/dev/null
program() { ip -details link show e0 | grep -o 'prog/xdp id [0-9]*'; }
before=$(program)

# The kernel lets the SYN through; the inner door, the authority, refuses.
expect_closed alice --interface 192.0.2.8
expect_counter DROP_SOURCE_BANNED at-least 1 observed_packets
expect_counter DROP_SOURCE_BANNED exactly 0
expect_http 200 alice --interface 192.0.2.7

expect_status 0 cli mode enforce
expect_no_answer alice --interface 192.0.2.8
expect_counter DROP_SOURCE_BANNED at-least 1
expect_http 200 alice --interface 192.0.2.7

expect_status 0 cli mode off
counted=$(counter DROP_SOURCE_BANNED)
observed=$(counter DROP_SOURCE_BANNED observed_packets)
expect_closed alice --interface 192.0.2.8
expect_counter DROP_SOURCE_BANNED exactly "$counted"
expect_counter DROP_SOURCE_BANNED exactly "$observed" observed_packets
expect_counter PASS_OFF at-least 1
expect_http 200 alice

expect_status 0 cli mode enforce
expect_equal "the program after all these modes" "$(program)" "$before"
stop_agent
start_agent
expect_no_answer alice --interface 192.0.2.8
cli status -o json >"$scratch/status"
expect_equal "the mode after a restart" "$(jq -r '.services[0].mode' "$scratch/status")" enforce
expect_status 2 cli mode sometimes
