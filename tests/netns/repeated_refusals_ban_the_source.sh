#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A source that keeps presenting revoked keys is banned: its SYNs die in XDP, the ban ends by
# itself. A valid key behind the same address prevents it.
#
#   192.0.2.7  somebody else        192.0.2.8  the offender      192.0.2.9  an address two share
#   2001:db8::7, ::8  one /64: one source               2001:db8:0:1::7  another
. "$(dirname "$0")/lib.sh"

start_edge refusals=5 window=30s ban=8s guard=60s settle=0s
make_users acme alice bob
new_key alice acme/alice
new_key bob acme/bob
cli key revoke "$(key_id bob)" >/dev/null

bans_of() { cli ban list -o json | jq --arg source "$1" '[.bans[] | select(.source | startswith($source))] | length'; }
is_banned() { [ "$(bans_of "$1")" -eq "${2:-1}" ]; }
offend() {
	for _ in 1 2 3 4 5 6 7 8; do
		http bob "$@" --connect-timeout 2 >/dev/null
		! was_silenced || return 0
	done
	return 0
}

# Below the threshold nothing happens.
for _ in 1 2 3 4; do expect_http 401 bob --interface 192.0.2.8; done
expect_equal "bans after four refusals" "$(bans_of 192.0.2.8)" 0

offend --interface 192.0.2.8
wait_until 30 is_banned 192.0.2.8 || fail "the source was not banned" "$(cli ban list)"
expect_no_answer bob --interface 192.0.2.8
expect_no_answer alice --interface 192.0.2.8
expect_counter DROP_SOURCE_OFFENDER at-least 1
expect_http 200 alice --interface 192.0.2.7

# It ends by itself.
answers() { [ "$(http alice --interface 192.0.2.8)" = 200 ]; }
wait_until 30 answers || fail "the ban did not end"
wait_until 30 is_banned 192.0.2.8 0 || fail "an ended ban is still listed"

# The guard: a valid key was seen behind the address, before and in between.
for _ in 1 2 3; do
	expect_http 200 alice --interface 192.0.2.9
	offend --interface 192.0.2.9
done
expect_equal "bans of the shared address" "$(bans_of 192.0.2.9)" 0
expect_http 200 alice --interface 192.0.2.9
expect_http 401 bob --interface 192.0.2.9

# IPv6 is judged by /64.
offend --interface 2001:db8::8 "$edge6/"
wait_until 30 is_banned 2001:db8: || fail "the IPv6 source was not banned" "$(cli ban list)"
expect_no_answer alice --interface 2001:db8::7 "$edge6/"
expect_http 200 alice --interface 2001:db8:0:1::7 "$edge6/"
