#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# UDP to a service that takes it: bans, prefixes and the pace hold; other ports, and services
# that were not asked to, are never touched.
. "$(dirname "$0")/lib.sh"

start_edge extra='udp: true' address6='' pace_per_second=1 pace_burst=4
python3 "$(dirname "$0")/probe.py" udp-server 192.0.2.1 8443 &
python3 "$(dirname "$0")/probe.py" udp-server 192.0.2.1 8444 &

# answered SOURCE PORT KIND COUNT: how many of so many datagrams come back.
answered() { client python3 "$(dirname "$0")/probe.py" datagrams "$1" 192.0.2.1 "$2" "$3" "$4"; }
answers() { [ "$(answered 192.0.2.9 "$1" plain 1)" = 1 ]; }
wait_until 30 answers 8443 || fail "the UDP server does not answer"
wait_until 30 answers 8444 || fail "the other UDP server does not answer"

expect_equal "datagrams" "$(answered 192.0.2.7 8443 plain 10)" 10
cli ban add 192.0.2.7 >/dev/null
expect_equal "datagrams of a banned source" "$(answered 192.0.2.7 8443 plain 10)" 0
expect_counter DROP_SOURCE_BANNED at-least 10
expect_equal "its datagrams to another port" "$(answered 192.0.2.7 8444 plain 10)" 10
cli cidr allow 192.0.2.0/29 >/dev/null
expect_equal "datagrams of an allowed prefix" "$(answered 192.0.2.7 8443 plain 10)" 10
cli cidr remove 192.0.2.0/29 >/dev/null
cli ban remove 192.0.2.7 >/dev/null
cli cidr deny 192.0.2.8 >/dev/null
expect_equal "datagrams of a denied prefix" "$(answered 192.0.2.8 8443 plain 10)" 0

# What a QUIC client begins with is paced, what follows is not.
let_in=$(answered 192.0.2.9 8443 quic 30)
[ "$let_in" -ge 5 ] || fail "only $let_in handshakes were let in, the burst is 4 and one"
[ "$let_in" -le 15 ] || fail "$let_in of 30 handshakes were let in at once"
expect_counter DROP_SOURCE_PACED at-least 10
expect_equal "other datagrams" "$(answered 192.0.2.9 8443 plain 10)" 10
