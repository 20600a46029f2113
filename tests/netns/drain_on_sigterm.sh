#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SIGTERM: a request under way is finished, nothing new is accepted, the exit status is 0, and
# the kernel keeps its verdicts until the agent is back.
. "$(dirname "$0")/lib.sh"

start_edge
make_users acme alice
new_key alice acme/alice
head -c 131072 /dev/zero >"$scratch/www/slow" # two seconds at nginx's 64 kB/s
cli ban add 192.0.2.9 >/dev/null

client curl -s -S --cacert "$scratch/tls.pem" -H "@$scratch/alice.header" -o "$scratch/answer" \
	"$edge/slow" 2>"$scratch/curl.err" &
curl_pid=$!
wait_until 30 test -s "$scratch/answer" || fail "the request did not begin"
kill -TERM "$agent_pid"
refused() { http alice >/dev/null && was_refused; }
wait_until 30 refused || fail "a draining agent still accepts connections"
kill -0 "$agent_pid" || fail "the agent left before the request was finished"

wait "$curl_pid" || fail "the request under way was not finished" "$(cat "$scratch/curl.err")"
expect_equal "bytes of the answer" "$(stat -c %s "$scratch/answer")" 131072
agent_status=0
wait "$agent_pid" || agent_status=$?
expect_equal "exit status of the agent" "$agent_status" 0
[ ! -e "$scratch/control.sock" ] || fail "the control socket is still there"
expect_no_answer alice --interface 192.0.2.9

start_agent
expect_http 200 alice
expect_no_answer alice --interface 192.0.2.9

# What an operator takes away is gone: no program, no pins.
stop_agent
expect_status 0 "$SALLYPORTD" --config "$scratch/sallyport.yaml" --detach
! ip -details link show e0 | grep -q prog/xdp || fail "--detach left the program attached"
[ ! -e /sys/fs/bpf/sallyport ] || [ -z "$(find /sys/fs/bpf/sallyport -type f)" ] ||
	fail "--detach left pins" "$(find /sys/fs/bpf/sallyport)"
