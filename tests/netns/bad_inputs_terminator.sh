#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What no good client sends is refused cleanly, costs others nothing, and never reaches the
# upstream as something else.
. "$(dirname "$0")/lib.sh"

start_edge extra="limits: {head_timeout: 1s, handshake_timeout: 1s, idle_timeout: 5s, body_timeout: 1s}"
make_users acme alice
new_key alice acme/alice
expect_http 200 alice

# Meanwhile somebody else is served without a fault.
start_wrk alice good 8 4
good_pid=$wrk_pid
client python3 -W ignore "$(dirname "$0")/bad_requests.py" 192.0.2.1 8443 "$scratch/tls.pem" \
	"$scratch/alice.header" || fail "some bad request was not refused as it should be"
! grep smuggled "$scratch/upstream.log" || fail "a smuggled request reached nginx"
wait "$good_pid" || fail "the good client's wrk failed" "$(cat "$scratch/good.wrk")"
! grep -qE 'Non-2xx|Socket errors' "$scratch/good.wrk" ||
	fail "requests of a good client failed" "$(cat "$scratch/good.wrk")"

# Clients that leave: in the middle of an answer, and in the middle of a body.
timeout 0.3 nsenter --net=/run/netns/client curl -s --cacert "$scratch/tls.pem" \
	-H "@$scratch/alice.header" -o /dev/null "$edge/stream" || true
yes | timeout 0.3 nsenter --net=/run/netns/client curl -s --cacert "$scratch/tls.pem" \
	-H "@$scratch/alice.header" -H 'Transfer-Encoding: chunked' -T - "$edge/orders" || true

# The upstream is gone: the client is told, and the next one is served when it is back.
kill "$nginx_pid"
wait "$nginx_pid" 2>/dev/null || true
expect_http 502 alice
start_nginx 9000
expect_http 200 alice

kill -0 "$agent_pid" || fail "the agent is gone"
wait_until 30 live_sockets_are -eq 0 || fail "connections were left behind" "$(ss -tn)"
stop_agent
expect_equal "exit status of the agent" "$agent_status" 0
