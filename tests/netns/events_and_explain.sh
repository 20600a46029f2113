#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A drop can be seen as it happens, with the key that it is about, and afterwards; both doors say
# why they would refuse an address, a key or a connection; a trace of the drops is read by tshark.
. "$(dirname "$0")/lib.sh"

start_edge events='sample: 1'
make_users acme alice
new_key alice acme/alice
id=$(key_id alice)
expect_http 200 alice "$edge/quiet"
expect_status 0 cli events
expect_equal "events before anything was dropped" "$(wc -l <"$scratch/output")" 1

# follow FILE OPTION…: events as they come; returns when the agent has taken the call.
follow() {
	: >"$1"
	"$SALLYPORT" --socket "$scratch/control.sock" events --follow "${@:2}" >"$1" 2>"$1.err" &
	follow_pid=$!
	wait_until 30 grep -q '^TIME' "$1" || fail "events --follow does not begin" "$(cat "$1.err")"
}

port=20002
hold_connection alice "$port"
follow "$scratch/all"
all_pid=$follow_pid
follow "$scratch/banned" --verdict DROP_SOURCE_BANNED --limit 1
banned_pid=$follow_pid

# explained STATUS OUTER INNER SUBJECT…: what both doors say, as JSON in $scratch/explained.
explained() {
	local status=0
	cli explain "${@:4}" -o json >"$scratch/explained" || status=$?
	expect_equal "what explains ${*:4}" "$status $(jq -r '.outer.code + " " + .inner.code' \
		"$scratch/explained")" "$1 $2 $3"
}
fact() { jq -r --arg name "$1" '.facts[] | select(.name == $name) | .value' "$scratch/explained"; }

explained 0 PASS_UNJUDGED allowed 192.0.2.7
expect_equal "evidence against 192.0.2.7" "$(fact source)" "nothing is known against it"
explained 0 PASS_BOUND allowed "192.0.2.7:$port" --service api
expect_equal "the connection's key" "$(fact key)" "$id"
explained 0 PASS_BOUND allowed "$id"
expect_equal "connections of the key" "$(fact connections)" "1 bound to it"

cli key revoke "$id" --reason leaked >/dev/null
explained 1 DROP_KEY_REVOKED revoked-key "$id"
expect_equal "the key's state" "$(fact state)" "revoked (leaked)"
explained 1 DROP_KEY_REVOKED revoked-key "192.0.2.7:$port"
expect_equal "what the verdict means" "$(jq -r .outer.text "$scratch/explained")" \
	"connection of a revoked key"
send_late "$port" 10
wait_until 30 grep -q "DROP_KEY_REVOKED .* 192\.0\.2\.7:$port .* api .* $id " "$scratch/all" ||
	fail "the follower does not see the revoked key's packets" "$(cat "$scratch/all")"

cli ban add 192.0.2.8 --reason 'a test' >/dev/null
cli ban add 2001:db8::8 >/dev/null
explained 1 DROP_SOURCE_BANNED banned 192.0.2.8
expect_equal "who banned, and why" "$(fact ban): $(fact reason), until $(fact ends)" \
	"by an operator: a test, until when it is removed"
explained 1 DROP_SOURCE_BANNED banned 2001:db8::7
explained 1 DROP_SOURCE_BANNED banned '[2001:db8::8]:1234' --service api6
cli mode observe --service api6 >/dev/null
explained 1 DROP_SOURCE_BANNED banned '[2001:db8::8]:1234' --service api6
expect_equal "what observing does" "$(jq -r .outer.passes "$scratch/explained")" true
cli mode enforce >/dev/null
cli cidr deny 192.0.2.64/26 >/dev/null
cli cidr allow 192.0.2.8 >/dev/null
explained 1 DROP_CIDR_DENIED denied 192.0.2.65
expect_equal "the prefix that denies" "$(fact prefix)" '192.0.2.64/26, denied'
explained 0 PASS_CIDR_ALLOWED allowed 192.0.2.8
expect_equal "the prefix that allows" "$(fact prefix)" '192.0.2.8/32, allowed'
cli cidr load /dev/null >/dev/null

expect_status 2 cli explain something-else
expect_status 1 cli explain NoSuchId
expect_status 1 cli explain 192.0.2.7:1 --service nobody
expect_no_answer alice --interface 192.0.2.8
expect_no_answer alice --interface 2001:db8::8 "$edge6/"
wait_until 30 grep -q 'DROP_SOURCE_BANNED .* 192\.0\.2\.8:[0-9]* .* api .* - ' "$scratch/all" ||
	fail "the follower does not see the banned source's SYN" "$(cat "$scratch/all")"
wait_until 30 grep -q 'DROP_SOURCE_BANNED .* \[2001:db8::8\]:[0-9]* ' "$scratch/all" ||
	fail "the follower does not see the SYN over IPv6" "$(cat "$scratch/all")"
wait "$banned_pid" || fail "events --limit 1 did not end well" "$(cat "$scratch/banned.err")"
expect_equal "lines of --verdict --limit 1" "$(wc -l <"$scratch/banned")" 2

# What was seen is as many as were counted, and is kept.
cli events -o json --verdict DROP_KEY_REVOKED >"$scratch/kept"
expect_equal "kept events" "$(wc -l <"$scratch/kept")" "$(counter DROP_KEY_REVOKED)"
expect_equal "keys in the kept events" "$(jq -r '[.key, .dropped, .interface, .service] | join(" ")' \
	"$scratch/kept" | sort -u)" "$id true e0 api"
expect_equal "lost events" "$(cli counters -o json |
	jq '.agent[] | select(.name == "events_lost" or .name == "events_missed") | .value' | sort -u)" 0
expect_status 0 cli events --source 192.0.2.8 --limit 1
expect_equal "lines of --source --limit 1" "$(wc -l <"$scratch/output")" 2
expect_status 2 cli events --verdict DROP_NOTHING
expect_said 'no such verdict: DROP_NOTHING'
expect_status 1 cli events --service nobody

# A trace is a capture that others read: the frame, its whole length, and why it was dropped.
"$SALLYPORT" --socket "$scratch/control.sock" trace --count 3 --verdict DROP_KEY_REVOKED \
	--write "$scratch/trace.pcapng" >"$scratch/trace.out" 2>&1 &
trace_pid=$!
wait_until 30 test -s "$scratch/trace.pcapng" || fail "the trace does not begin" "$(cat "$scratch/trace.out")"
send_late "$port" 10
wait "$trace_pid" || fail "the trace did not end well" "$(cat "$scratch/trace.out")"
expect_equal "what trace says" "$(cat "$scratch/trace.out")" "wrote 3 packets to $scratch/trace.pcapng"
cli trace --seconds 1 --write - >"$scratch/empty.pcapng"
[ -s "$scratch/empty.pcapng" ] || fail "a trace without packets has no header"
if type tshark >/dev/null 2>&1; then
	HOME=$scratch tshark -r "$scratch/trace.pcapng" -T fields -E separator=' ' -e ip.src -e tcp.srcport \
		-e tcp.dstport -e frame.len -e frame.cap_len -e frame.interface_name -e frame.comment \
		>"$scratch/tshark" 2>"$scratch/tshark.err" || fail "tshark can't read it" "$(cat "$scratch/tshark.err")"
	expect_equal "what tshark reads" "$(sort -u "$scratch/tshark")" \
		"192.0.2.7 $port 8443 154 54 e0 verdict: DROP_KEY_REVOKED; key: $id; service: api"
	expect_equal "packets that tshark reads" "$(wc -l <"$scratch/tshark")" 3
	HOME=$scratch tshark -r "$scratch/empty.pcapng" >/dev/null 2>&1 || fail "tshark can't read an empty one"
fi

# A follower ends with Ctrl-C, and with the agent.
kill -INT "$all_pid"
wait "$all_pid" || fail "Ctrl-C did not end the follower well" "$(cat "$scratch/all.err")"
follow "$scratch/last"
stop_agent
expect_equal "the agent's exit status" "$agent_status" 0
wait "$follow_pid" || fail "the agent's end did not end the follower well" "$(cat "$scratch/last.err")"

# Without a sample there are no events, and the operator is told why.
write_config events='sample: 0'
start_agent
expect_status 1 cli events
expect_said 'samples none'
