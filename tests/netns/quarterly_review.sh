#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The quarterly review: what should not be as it is is found, graded, and mended by the command that
# stands beside it, until there is nothing to say.
. "$(dirname "$0")/lib.sh"

start_edge
expect_status 0 cli audit associations
expect_equal "what is said where there is nothing" "$(cat "$scratch/output")" ''

make_users acme alice bob carol
new_key alice acme/alice
expect_http 200 alice
(umask 077 && printf 'X-Api-Key: %s\n' "$(cli key create acme/bob --no-expiry -q)" >"$scratch/bob.header")
cli user suspend acme/bob >/dev/null

expect_status 1 cli audit associations
expect_said "^high  *inactive-owner  *$(key_id bob) \\(acme/bob\\)  *sallyport key revoke $(key_id bob)"
expect_said "^medium  *no-expiry  *$(key_id bob) \\(acme/bob\\)"
expect_said '^low  *no-keys  *acme/carol  *sallyport user remove acme/carol'
! grep -q "$(key_id alice)" "$scratch/output" || fail "a key was found that is as it should be"
expect_status 1 cli audit associations --severity high -o json
expect_equal "what is grave" "$(jq -r '.findings[].code' "$scratch/output")" inactive-owner

# Whoever has not used a key for long is found once that is so; the use just now counts.
sleep 2
expect_status 1 cli audit associations --idle 2s --markdown
expect_said '^## never-used \(medium\): 1$'
expect_said '^## unused \(medium\): 1$'
expect_http 200 alice

# Each finding is mended by what stands beside it.
cli audit associations -o json >"$scratch/findings" || true
jq -r '[.findings[].cases[].mend] | unique[]' "$scratch/findings" | sed 's/^sallyport //' >"$scratch/mends"
while read -r -a words; do
	cli "${words[@]}" </dev/null >/dev/null || true # a key that is revoked needs no end
done <"$scratch/mends"
cli user remove acme/bob >/dev/null
expect_status 0 cli audit associations
expect_http 200 alice
