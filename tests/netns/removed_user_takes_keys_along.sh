#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Removing a user kills all keys of that user in one transaction, in the kernel too.
. "$(dirname "$0")/lib.sh"

start_edge
make_users acme alice bob
new_key first acme/alice
new_key second acme/alice
new_key bob acme/bob
for key in first second bob; do expect_http 200 "$key"; done

# Both keys have a connection that sends while the user goes.
start_wrk first first 8 10
first_pid=$wrk_pid
start_wrk second second 8 10
second_pid=$wrk_pid
wait_until 30 bound_are -ge 20 || fail "wrk did not open its connections"
port=20001
hold_connection first "$port"
live_sockets >"$scratch/before"

before=$(cli status -o json | jq .revision)
cli user remove acme/alice -o json >"$scratch/receipt"
live_sockets >"$scratch/after"
expect_equal "revisions that the removal took" \
	"$(($(jq .revision "$scratch/receipt") - before))" 1
expect_equal "keys condemned" "$(jq .keys "$scratch/receipt")" 2
expect_equal "connections that outlived the receipt" \
	"$(comm -12 "$scratch/before" "$scratch/after" | wc -l)" 0
kill "$first_pid" "$second_pid" 2>/dev/null || true

expect_http 401 first && expect_problem invalid-key
expect_http 401 second && expect_problem invalid-key
expect_http 200 bob
expect_late_drops DROP_KEY_REVOKED "$port"

# The name may be given again; the keys stay dead, and after a restart too.
cli user create acme/alice >/dev/null
new_key third acme/alice
expect_http 200 third
expect_http 401 first
stop_agent
start_agent
expect_http 200 third
expect_http 401 first
expect_http 401 second
