#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A request with a valid key reaches nginx through the terminator, and nginx learns whose it is.
. "$(dirname "$0")/lib.sh"

start_edge
make_users acme alice
new_key alice acme/alice

expect_http 200 alice
expect_equal "the body" "$(cat "$scratch/body")" "hello alice of acme"
expect_http 200 alice "$edge6/"
expect_equal "the body over IPv6" "$(cat "$scratch/body")" "hello alice of acme"

# Who the user is comes from the key alone, never from the client.
expect_http 200 alice -H 'X-Auth-User: mallory' -H 'x-auth-tenant: evil'
expect_equal "the body" "$(cat "$scratch/body")" "hello alice of acme"

# The other place where a key may stand, and a body on its way to the upstream.
sed 's/X-Api-Key: /Authorization: Bearer /' "$scratch/alice.header" >"$scratch/bearer.header"
expect_http 200 bearer -X POST --data-binary "@$scratch/tls.pem" "$edge/orders"
grep -qx "POST /orders user=alice tenant=acme length=$(stat -c %s "$scratch/tls.pem")" \
	"$scratch/upstream.log" || fail "nginx did not see the POST" "$(tail -n 3 "$scratch/upstream.log")"

# A large answer comes through whole, and one connection serves many requests.
expect_http 200 alice "$edge/large"
expect_equal "bytes of /large" "$(stat -c %s "$scratch/body")" 4194304
client curl -s --cacert "$scratch/tls.pem" -H "@$scratch/alice.header" -w '%{num_connects}\n' \
	-o "$scratch/one" "$edge/" -o "$scratch/two" "$edge/" >"$scratch/connects"
expect_equal "connections made for two requests" "$(tr '\n' ' ' <"$scratch/connects")" "1 0 "

# Another client than curl.
{
	printf 'GET / HTTP/1.1\r\nHost: edge\r\nConnection: close\r\n%s\r\n\r\n' "$(cat "$scratch/alice.header")"
	sleep 1 # s_client stops when its input ends
} | client openssl s_client -quiet -CAfile "$scratch/tls.pem" -verify_return_error \
	-connect 192.0.2.1:8443 >"$scratch/s_client" 2>/dev/null || true
grep -q 'hello alice of acme' "$scratch/s_client" || fail "openssl s_client got no answer"

# What is refused, and what the client may know of why.
expect_http 401 - && expect_problem missing-key
printf 'X-Api-Key: spk_live_aaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbbbbb_cccccc\n' >"$scratch/malformed.header"
expect_http 401 malformed && expect_problem invalid-key
printf 'X-Api-Key: somebody-elses-key\n' >"$scratch/unknown.header"
expect_http 401 unknown && expect_problem invalid-key
! grep -q 'somebody-elses' "$scratch/agent.log" || fail "a presented key is in the log"

# The outer door is there, natively, and knows the connections.
cli status -o json >"$scratch/status"
expect_equal "how e0 is attached" "$(jq -r '.interfaces[0].attached' "$scratch/status")" native
expect_counter PASS_BOUND at-least 1
expect_equal "unknown keys counted" "$(check_counter unknown-key)" 1

# The raw key is nowhere.
secret=$(cut -d_ -f4 "$scratch/alice.header")
stop_agent
for file in "$scratch"/agent.log "$scratch"/upstream.log "$scratch"/sallyport.db*; do
	! grep -qaF "$secret" "$file" || fail "the key's secret is in $(basename "$file")"
done
