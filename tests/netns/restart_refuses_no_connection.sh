#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The service manager keeps the listening sockets (keeper.py plays it, as systemd's file descriptor store
# does it): while the agent is stopped, killed and started again, clients that connect wait, and none
# is refused; a stop in order fails no request either. Sockets of services that are gone are let go.
. "$(dirname "$0")/lib.sh"

# knock NAME: a client that connects all the time, in $knocker_pid; its outcome in $scratch/NAME.
knock() {
	rm -f "$scratch/stop"
	nsenter --net=/run/netns/client -- python3 "$SALLYPORT_ROOT/tests/netns/knocker.py" 192.0.2.1 8443 \
		"$scratch/alice.header" "$scratch/tls.pem" "$scratch/stop" >"$scratch/$1" &
	knocker_pid=$!
}
# outcome NAME: sets $made, $refused and $failed.
outcome() {
	touch "$scratch/stop"
	wait "$knocker_pid" || fail "the client broke off"
	read -r made refused failed <"$scratch/$1"
	say "$1: $made connections, $refused refused, $failed without an answer"
}
agent_is_another() {
	local now
	now=$(cat "$scratch/agent.pid" 2>/dev/null) && [ -n "$now" ] && [ "$now" != "${agent_pid:-}" ] &&
		cli status -o json 2>/dev/null | jq -e --argjson pid "$now" '.pid == $pid' >/dev/null
}
await_agent() {
	wait_until 30 agent_is_another || fail "no agent came" "$(tail -3 "$scratch/agent.log")"
	agent_pid=$(cat "$scratch/agent.pid")
}
# restart SIGNAL TIMES: under the client's eyes.
restart() {
	local i
	for ((i = 0; i < $2; i++)); do
		sleep 0.3
		kill "-$1" "$agent_pid"
		await_agent
	done
	sleep 0.3
}
listeners() { ss -Htln "( sport = :$1 )" 2>/dev/null | wc -l; }

make_sandbox
make_certificate 192.0.2.1
start_nginx 9000
write_config address6=
nohup python3 "$SALLYPORT_ROOT/tests/netns/keeper.py" "$scratch/notify" "$scratch/agent.pid" \
	"$SALLYPORTD" --config "$scratch/sallyport.yaml" >>"$scratch/agent.log" 2>&1 &
keeper_pid=$!
agent_pid=
await_agent
make_users acme alice
new_key alice acme/alice
expect_http 200 alice

knock stopped
restart TERM 3
outcome stopped
[ "$made" -ge 10 ] || fail "the client hardly knocked: $made"
expect_equal "connections refused by restarts in order" "$refused" 0
expect_equal "requests that restarts in order failed" "$failed" 0

# Killed: what was open goes with it, but nobody is refused.
knock killed
restart KILL 3
outcome killed
[ "$made" -ge 10 ] || fail "the client hardly knocked: $made"
expect_equal "connections refused by a killed agent" "$refused" 0
[ "$failed" -le 6 ] || fail "$failed requests failed, more than were under way"

# With more workers they share the sockets; with fewer one serves several. All are served.
for workers in 4 1; do
	sed -i "s/^workers: .*/workers: $workers/" "$scratch/sallyport.yaml"
	kill -TERM "$agent_pid"
	await_agent
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do expect_http 200 alice; done
	expect_equal "sockets with $workers workers" "$(listeners 8443)" 2
done

# The service moves: its new socket is kept from now on, the old one let go.
sed -i 's/listen: 192.0.2.1:8443/listen: 192.0.2.1:8444/' "$scratch/sallyport.yaml"
kill -TERM "$agent_pid"
await_agent
gone() { [ "$(listeners 8443)" = 0 ]; }
wait_until 10 gone || fail "the old socket is still there" "$(ss -Htln)"
expect_http 200 alice https://192.0.2.1:8444/
grep -q 'no service listens on 192.0.2.1:8443' "$scratch/agent.log" || fail "nobody was told"

# Without a manager a restart refuses, which is what the above would see.
kill -USR1 "$keeper_pid"
kill -TERM "$agent_pid"
wait "$keeper_pid" || fail "the keeper failed"
http alice https://192.0.2.1:8444/ >/dev/null
was_refused || fail "somebody still listens"
