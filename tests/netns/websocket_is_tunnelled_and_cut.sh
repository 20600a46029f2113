#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# WebSockets of a real client to a real server: messages of all sizes both ways, whose connection
# it is for the upstream, and a revocation that cuts those of its key alone.
. "$(dirname "$0")/lib.sh"

# By Debian's own Python, which has Debian's modules.
peer=(/usr/bin/python3 "$SALLYPORT_ROOT/tests/netns/websocket_peers.py")
url=wss://192.0.2.1:8443/chat

make_sandbox
make_certificate 192.0.2.1 127.0.0.1
"${peer[@]}" serve 127.0.0.1 9000 >"$scratch/upstream.log" 2>&1 &
wait_until 20 bash -c '</dev/tcp/127.0.0.1/9000' 2>/dev/null || fail "the upstream did not start" \
	"$(cat "$scratch/upstream.log")"
write_config access="$scratch/access.log"
start_agent
make_users acme alice bob
new_key alice acme/alice
new_key bob acme/bob
printf 'X-Api-Key: wrong\n' >"$scratch/wrong.header"

# stay NAME: a connection that goes on talking; what it says is in $scratch/NAME.stay.
stay() {
	client "${peer[@]}" stay "$url" "$scratch/tls.pem" "$scratch/$1.header" >"$scratch/$1.stay" 2>&1 &
}

client "${peer[@]}" echo "$url" "$scratch/tls.pem" "$scratch/alice.header" 300 >"$scratch/echo" 2>&1 ||
	fail "the messages did not come back" "$(tail -n 3 "$scratch/echo")"
expect_equal "the end of the conversation" "$(tail -n 1 "$scratch/echo")" "closed 1000"
grep -qx "user=alice tenant=acme key=False" "$scratch/upstream.log" ||
	fail "the upstream was not told whose connection it is" "$(tail -n 3 "$scratch/upstream.log")"
expect_counter PASS_BOUND at-least 100

stay wrong
wait_until 20 grep -qx "refused 401" "$scratch/wrong.stay" ||
	fail "an unknown key was not refused" "$(cat "$scratch/wrong.stay")"

stay alice
stay bob
wait_until 20 grep -qx open "$scratch/alice.stay" || fail "alice did not get through" "$(cat "$scratch/alice.stay")"
wait_until 20 grep -qx open "$scratch/bob.stay" || fail "bob did not get through" "$(cat "$scratch/bob.stay")"
cli key revoke "$(key_id alice)" -o json >"$scratch/receipt"
jq -e '.connections == 1 and .terminator_done' "$scratch/receipt" >/dev/null ||
	fail "the receipt does not count one connection" "$(cat "$scratch/receipt")"
wait_until 10 grep -q '^cut' "$scratch/alice.stay" || fail "alice's connection goes on" "$(cat "$scratch/alice.stay")"
sleep 0.5
expect_equal "bob's connection" "$(cat "$scratch/bob.stay")" open
stay alice
wait_until 20 grep -qx "refused 401" "$scratch/alice.stay" ||
	fail "a revoked key was not refused" "$(cat "$scratch/alice.stay")"

stop_agent
wait_until 10 grep -q '^cut' "$scratch/bob.stay" || fail "bob's connection outlived the agent"
jq -se 'map(select(.status == 101 and .user == "alice" and .path == "/chat"))
	| length == 2 and .[0].whole and .[0].bytes_in > 1000000 and .[0].bytes_out > 1000000
	and (.[1].whole | not)' "$scratch/access.log" >/dev/null ||
	fail "the access log does not have alice's two connections" "$(cat "$scratch/access.log")"
