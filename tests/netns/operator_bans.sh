#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An operator's ban acts at once, is explained, and goes when it is lifted.
. "$(dirname "$0")/lib.sh"

start_edge
make_users acme alice
new_key alice acme/alice

expect_http 200 alice --interface 192.0.2.8
expect_status 0 cli ban add 192.0.2.8 --reason 'a test'
expect_no_answer alice --interface 192.0.2.8
expect_http 200 alice --interface 192.0.2.7
expect_counter DROP_SOURCE_BANNED at-least 1
expect_status 0 cli ban list
expect_said '192\.0\.2\.8 .*a test'

expect_status 0 cli ban add 2001:db8::8
expect_no_answer alice --interface 2001:db8::7 "$edge6/"
expect_http 200 alice --interface 2001:db8:0:1::7 "$edge6/"

expect_status 0 cli ban remove 192.0.2.8
expect_http 200 alice --interface 192.0.2.8
expect_status 1 cli ban remove 192.0.2.8
