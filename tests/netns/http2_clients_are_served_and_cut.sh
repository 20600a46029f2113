#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# curl, nghttp and h2load over HTTP/2: what works over HTTP/1.1 works there, the kernel knows the
# connections, and a revocation cuts them. Two keys on one connection: see unit.terminator.
. "$(dirname "$0")/lib.sh"

command -v h2load >/dev/null || fail "h2load is missing" "tools/install-packages test"

start_edge access="$scratch/access.log"
make_users acme alice bob
new_key alice acme/alice
new_key bob acme/bob

# curl takes HTTP/2 where it is offered, and HTTP/1.1 where that is asked for.
version_with() {
	http alice "$@" -o "$scratch/body" >/dev/null
	head -n 1 "$scratch/head" | cut -d' ' -f1
}
expect_equal "curl's choice" "$(version_with)" HTTP/2
expect_equal "curl --http1.1" "$(version_with --http1.1)" HTTP/1.1
expect_http 200 alice --http2
expect_equal "the body" "$(cat "$scratch/body")" "hello alice of acme"
expect_http 200 alice --http2 "$edge/large"
expect_equal "bytes of /large" "$(stat -c %s "$scratch/body")" 4194304
expect_http 200 alice --http2 -X POST --data-binary "@$scratch/tls.pem" "$edge/orders"
grep -qx "POST /orders user=alice tenant=acme length=$(stat -c %s "$scratch/tls.pem")" \
	"$scratch/upstream.log" || fail "nginx did not see the POST" "$(tail -n 3 "$scratch/upstream.log")"
expect_http 401 - --http2 && expect_problem missing-key

# Another client, which multiplexes on few connections: every request is answered, and each
# connection is bound, so that the kernel knows it.
header() { cat "$scratch/$1.header"; }
client h2load -n 4000 -c 8 -m 50 -H "$(header bob)" "$edge/quiet" >"$scratch/h2load"
grep -q '^status codes: 4000 2xx' "$scratch/h2load" ||
	fail "h2load was not answered 4,000 times" "$(cat "$scratch/h2load")"
expect_counter PASS_BOUND at-least 8

# nghttp's own upload, with its windows.
head -c 3000000 /dev/zero >"$scratch/upload"
client nghttp -s -H "$(header bob)" -d "$scratch/upload" "$edge/orders" >"$scratch/nghttp" 2>&1
grep -qx "POST /orders user=bob tenant=acme length=3000000" "$scratch/upstream.log" ||
	fail "nginx did not see nghttp's upload" "$(tail -n 3 "$scratch/upstream.log")"

# An endless answer under way is cut.
{
	status=0
	client curl -s --http2 --cacert "$scratch/tls.pem" -H "@$scratch/alice.header" \
		-o "$scratch/alone" --max-time 60 "$edge/stream" || status=$?
	echo "$status" >"$scratch/alone.status"
} &
wait_until 30 test -s "$scratch/alone" || fail "the stream did not begin"
hold_connection alice 20001
cli key revoke "$(key_id alice)" -o json >"$scratch/receipt"
jq -e '.connections >= 2 and .terminator_done' "$scratch/receipt" >/dev/null ||
	fail "the receipt counts too few connections" "$(cat "$scratch/receipt")"
wait_until 10 test -s "$scratch/alone.status" || fail "the stream of the revoked key goes on"
[ "$(cat "$scratch/alone.status")" -ne 0 ] || fail "the stream of the revoked key came to its end"
expect_http 401 alice --http2 && expect_problem invalid-key
expect_http 200 bob --http2

# What a client may not say.
expect_http 400 bob --http2 --path-as-is "$edge/a\\b"
client h2load -n 100 -c 1 -m 100 -H "x-api-key: wrong" "$edge/quiet" >"$scratch/h2load"
grep -q '^status codes: 0 2xx, 0 3xx, 100 4xx' "$scratch/h2load" ||
	fail "an unknown key was not refused 100 times" "$(cat "$scratch/h2load")"

# The access log knows them all, and the truth behind a uniform refusal.
stop_agent
jq -se 'length >= 4100 and all(.time and .status)' "$scratch/access.log" >/dev/null ||
	fail "the access log is not lines of JSON" "$(head -n 2 "$scratch/access.log")"
said() { jq -c "select($1)" "$scratch/access.log" | grep -q .; }
said '.protocol == "HTTP/2.0" and .user == "bob" and .path == "/orders" and .status == 200' ||
	fail "the upload is not in the access log" "$(grep orders "$scratch/access.log")"
said '.check == "revoked-key" and .status == 401 and .user == "alice"' ||
	fail "the refusal is not in the access log with its true check"
said '.path == "/stream" and .whole == false' || fail "the cut stream is not in the access log"
secret=$(cut -d_ -f4 "$scratch/bob.header")
! grep -qaF "$secret" "$scratch/agent.log" "$scratch/access.log" ||
	fail "the key's secret is in a log"
