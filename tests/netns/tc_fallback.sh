#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Where native XDP can't be had, or isn't wanted, the same verdicts are given by TC, and status
# says which and why. Without any outer door the inner door does the whole job.
. "$(dirname "$0")/lib.sh"

judges() {
	expect_http 200 alice --interface 192.0.2.8
	cli ban add 192.0.2.8 >/dev/null
	"$1" alice --interface 192.0.2.8
	cli ban remove 192.0.2.8 >/dev/null
	expect_http 200 alice --interface 192.0.2.8
	expect_http 200 alice "$edge6/"
}
attached() { cli status -o json | jq -r ".interfaces[] | select(.name == \"$1\") | .$2"; }
anew() {
	stop_agent
	"$SALLYPORTD" --config "$scratch/sallyport.yaml" --detach >/dev/null
	write_config "$@"
	start_agent
}

start_edge attach=tc
make_users acme alice
new_key alice acme/alice
expect_equal "how e0 is attached" "$(attached e0 attached)" tc
judges expect_no_answer
expect_counter DROP_SOURCE_BANNED at-least 1

# Load whose key is revoked, over TC: its connections end, and what still comes is dropped.
new_key bob acme/alice
start_wrk bob load 6 20
wait_until 30 bound_are -ge 20 || fail "wrk did not open its connections"
port=20001
hold_connection bob "$port"
live_sockets >"$scratch/before"
cli key revoke "$(key_id bob)" >/dev/null
live_sockets >"$scratch/after"
kill "$wrk_pid" 2>/dev/null || true
expect_equal "connections that outlived the receipt" \
	"$(comm -12 "$scratch/before" "$scratch/after" | wc -l)" 0
expect_late_drops DROP_KEY_REVOKED "$port"

# lo has no native XDP: auto falls back, and says why.
anew interfaces=lo,e0 attach=auto
expect_equal "how e0 is attached" "$(attached e0 attached)" native
expect_equal "how lo is attached" "$(attached lo attached)" tc
[ -n "$(attached lo why)" ] || fail "status does not say why lo is attached through TC"

# No outer door at all: the client hears a closed connection instead of nothing.
anew interfaces=''
judges expect_closed
expect_equal "whether there is an outer door" "$(cli status -o json | jq .outer_door)" false
