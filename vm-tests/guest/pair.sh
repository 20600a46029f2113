# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Two guests on their private network: the edge, which tells the story, and the client, which does
# what the edge asks it for.

EDGE=192.0.2.1
CLIENT=192.0.2.7
REMOTE_PORT=9999

# join_network ADDRESS: once the driver is there, which systemd loads beside us.
join_network() {
	local left=600
	until [ -e /sys/class/net/eth0 ] || [ "$left" -eq 0 ]; do
		left=$((left - 1))
		sleep 0.1
	done
	ip address add "$1/24" dev eth0
	ip link set eth0 up
}

# serve_the_edge: the client's whole part.
serve_the_edge() {
	join_network $CLIENT
	exec python3 "$SALLYPORT_ROOT/vm-tests/guest/remote.py" $CLIENT $REMOTE_PORT
}

# ask_client PATH COMMAND: prints what it printed; its status is that of the command.
ask_client() {
	local answer=/run/client.answer head=/run/client.head
	curl -s --noproxy '*' --max-time 120 -D "$head" -o "$answer" --data-binary "$2" \
		"http://$CLIENT:$REMOTE_PORT$1" || return 111
	cat "$answer"
	return "$(tr -d '\r' <"$head" | sed -n 's/^Exit-Status: //p')"
}

# client COMMAND: one string, for bash.
client() { ask_client / "$1"; }

await_client() { wait_until 400 ask_client / true || fail "the client guest does not answer"; }
end_client() { ask_client /end '' || true; }
