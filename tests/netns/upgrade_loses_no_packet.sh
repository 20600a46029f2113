#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An agent gives way to the next one, killed or stopped, while packets keep coming at a constant
# rate: of an allowed source every one passes, of what is condemned none. Natively, through TC,
# and in libxdp's dispatcher where the kernel has freplace programs.
#
#   192.0.2.7:20001  connection of a revoked key     192.0.2.8   allowed
#   192.0.2.9        banned by an operator           192.0.2.10  in a denied prefix
#   192.0.2.11       banned as an offender, which is in no registry
#
# SALLYPORTD_BEFORE: the agent of another release, which then is the one that gives way.
. "$(dirname "$0")/lib.sh"

steady=$(dirname "$0")/steady.py
next=$SALLYPORTD
before=${SALLYPORTD_BEFORE:-$next}
condemned=(192.0.2.7 192.0.2.9 192.0.2.10 192.0.2.11)
verdicts=(DROP_KEY_REVOKED DROP_SOURCE_BANNED DROP_CIDR_DENIED DROP_SOURCE_OFFENDER)

is_banned() { [ "$(cli ban list -o json | jq '.bans | length')" -eq 2 ]; }
condemn() {
	hold_connection bob 20001
	cli key revoke "$(key_id bob)" >/dev/null
	cli ban add 192.0.2.9 >/dev/null
	cli cidr deny 192.0.2.10/32 >/dev/null
	for _ in 1 2 3 4; do http bob --interface 192.0.2.11 --connect-timeout 1 >/dev/null; done
	wait_until 30 is_banned || fail "the offender was not banned" "$(cli ban list)"
	expect_no_answer bob --interface 192.0.2.11
}

start_sending() {
	: >"$scratch/passed"
	: >"$scratch/sent"
	python3 "$steady" count e0 192.0.2.8 "${condemned[@]}" >"$scratch/passed" &
	counting_pid=$!
	wait_until 30 grep -q ready "$scratch/passed" || fail "nobody counts on e0"
	nsenter --net=/run/netns/client -- python3 "$steady" send c0 \
		"$(cat /sys/class/net/e0/address)" 192.0.2.1 8443 20001 192.0.2.8 "${condemned[@]}" \
		>"$scratch/sent" & # not by client(), whose subshell would get the signal
	sender_pid=$!
	wait_until 30 grep -q ready "$scratch/sent" || fail "nobody sends on c0"
}

finish_sending() {
	kill "$sender_pid"
	wait "$sender_pid"
	sleep 0.2 # the last ones
	kill "$counting_pid"
	wait "$counting_pid"
	read -r each pause < <(tail -n 1 "$scratch/sent")
	say "$each packets from each source, $pause ms the longest pause between them"
	grep -o 'took over from .*' "$scratch/agent.log" || true
	[ "$each" -ge 500 ] || fail "only $each packets were sent from each source"
}
passed() { sed -n "s/^$1 //p" "$scratch/passed"; }

# gives_way HOW…: one agent after the other, while packets come.
gives_way() {
	local how verdict source
	declare -A counted
	for verdict in "${verdicts[@]}"; do counted[$verdict]=$(counter "$verdict"); done
	start_sending
	for how in "$@"; do
		"$how"
		sleep 0.2 # the kernel alone
		SALLYPORTD=$next start_agent
	done
	sleep 0.2
	finish_sending

	expect_equal "packets of the allowed source that passed" "$(passed 192.0.2.8)" "$each"
	for source in "${condemned[@]}"; do
		expect_equal "packets of $source that passed" "$(passed "$source")" 0
	done
	# What the old program counts in the moment of a swap to another version is not carried.
	[ "$before" = "$next" ] || return 0
	for verdict in "${verdicts[@]}"; do
		expect_counter "$verdict" at-least $((counted[$verdict] + each))
	done
}

SALLYPORTD=$before
start_edge refusals=3 window=30s ban=10m settle=0s
client ip address add 192.0.2.11/24 dev c0
make_users acme alice bob
new_key alice acme/alice
new_key bob acme/bob
condemn
gives_way kill_agent stop_agent stop_agent kill_agent
expect_http 200 alice --interface 192.0.2.8
expect_http 401 bob --interface 192.0.2.8

ways=(tc)
[ "$before" != "$next" ] || ! has_freplace || ways+=(dispatcher)
for way in "${ways[@]}"; do
	stop_agent
	"$next" --config "$scratch/sallyport.yaml" --detach >/dev/null
	write_config attach="$way" refusals=3 window=30s ban=10m settle=0s
	rm -f "$scratch"/sallyport.db* # a newer agent has brought it forward
	SALLYPORTD=$before
	start_agent
	make_users acme alice bob
	new_key alice acme/alice
	new_key bob acme/bob
	condemn
	gives_way kill_agent stop_agent stop_agent kill_agent
done

# A newer version's door: what it is told is told, and everything stays.
stop_agent
pins=/sys/fs/bpf/sallyport
mkdir -p "$pins/v99/maps"
bpftool map create "$pins/v99/maps/sp_control" type array key 4 value 40 entries 1 name sp_control
expect_status 1 "$next" --config "$scratch/sallyport.yaml"
expect_said 'is of ABI version 99, newer than this agent'
expect_said 'sallyportd --detach'
expect_no_answer bob --interface 192.0.2.11
expect_status 0 "$next" --config "$scratch/sallyport.yaml" --detach
expect_said "removed pin $pins/v99/maps/sp_control"
SALLYPORTD=$next start_agent
expect_http 200 alice
