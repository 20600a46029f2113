#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A key that claims to be another user's is refused: "invalid user associated with this key".
. "$(dirname "$0")/lib.sh"

start_edge
make_users acme alice bob
new_key alice acme/alice

expect_http 200 alice -H 'X-User-Id: alice'
expect_http 403 alice -H 'X-User-Id: bob'
expect_problem user-mismatch
grep -q 'invalid user associated with this key' "$scratch/body" ||
	fail "the body does not say why" "$(cat "$scratch/body")"
expect_http 403 alice -H 'X-User-Id: nobody-knows-this-user' && expect_problem user-mismatch
expect_http 403 alice -H 'x-user-id: Alice' && expect_problem user-mismatch

# Two claims are one too many, whichever comes first.
[ "$(http alice -H 'X-User-Id: alice' -H 'X-User-Id: bob')" != 200 ] || fail "two claims passed"
[ "$(http alice -H 'X-User-Id: bob' -H 'X-User-Id: alice')" != 200 ] || fail "two claims passed"

# The refusal is of the request: the key works on, on the same connection too.
client curl -s --cacert "$scratch/tls.pem" -H "@$scratch/alice.header" -w '%{http_code} ' \
	-H 'X-User-Id: bob' -o /dev/null "$edge/" --next \
	-s --cacert "$scratch/tls.pem" -H "@$scratch/alice.header" -w '%{http_code}' -o /dev/null "$edge/" \
	>"$scratch/codes"
expect_equal "codes of a wrong and a right claim" "$(cat "$scratch/codes")" "403 200"
[ "$(check_counter user-mismatch)" -ge 3 ] || fail "user-mismatch is not counted"
! grep -q user=bob "$scratch/upstream.log" || fail "a request with a false claim reached nginx"
