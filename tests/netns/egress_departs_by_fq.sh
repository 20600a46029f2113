#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Where fq is on the interface, at its root or below mq on every queue, the kernel keeps to a key's
# egress rate by itself: what is handed to it at once leaves over the time that the rate gives it. A
# download comes at the rate from its first byte on, nothing is dropped, everything arrives, and
# another key's bytes are not held.
. "$(dirname "$0")/lib.sh"

rate=1000000
size=2097152
slow=50000 # of the burst's key
frames=80  # fq keeps at most 100 of a flow
length=1000
make_sandbox
tc qdisc replace dev e0 root fq 2>/dev/null || skip "this kernel has no fq qdisc"
tc qdisc delete dev e0 root
make_certificate 192.0.2.1
start_nginx 9000
head -c "$size" /dev/urandom >"$scratch/www/large"
write_config address6= egress=true

told_of_fq() { grep -q 'root fq' "$scratch/agent.log"; }
restart() {
	stop_agent
	: >"$scratch/agent.log"
	start_agent
}
# sent KEY FIELD-NUMBER: of "N bytes in N packets; N delayed, N dropped, by its limit"
sent() {
	local line
	line=$(cli explain "$(key_id "$1")" | sed -n 's/^ *sent *//p' | tr -d ',;')
	cut -d' ' -f"$2" <<<"${line:-0 - - 0 - 0 - 0}"
}

# note_arrivals BYTES COMMAND…: sets $arrived to the ms until that many bytes had come to the client.
note_arrivals() {
	local capture bytes=$1
	shift
	nsenter --net=/run/netns/client -- python3 "$SALLYPORT_ROOT/tests/netns/arrivals.py" c0 8443 \
		"$bytes" >"$scratch/arrivals" &
	capture=$!
	wait_until 30 grep -qs ready "$scratch/arrivals" || fail "nobody notes what arrives"
	"$@"
	kill "$capture"
	wait "$capture" || fail "what arrived was not noted"
	arrived=$(sed -n 2p "$scratch/arrivals")
	[ "$arrived" != never ] || fail "fewer than $bytes bytes arrived" "$(tc -s qdisc show dev e0)"
}
download() {
	expect_http 200 "$1" --max-time 120 "$edge/large"
	cmp "$scratch/body" "$scratch/www/large" || fail "what arrived is not what was sent"
}
burst() {
	python3 "$SALLYPORT_ROOT/tests/netns/burst.py" 192.0.2.1 8443 192.0.2.7 "$1" $frames $length
	sleep $((frames * length / slow + 1))
}

# paced HOW PORT: both keys are held to their rates, and nothing is lost.
paced() {
	local least delayed
	delayed=$(sent held 6)
	note_arrivals "$size" download held
	# A frame of 64 kB leaves as one, and its time counts for what follows.
	least=$(((size - 65536) * 1000 / rate))
	say "$1: $size bytes at $rate a second arrived in $arrived ms, $least at least"
	[ "$arrived" -ge "$least" ] || fail "$1: the download came too early"
	[ "$(sent held 6)" -gt "$delayed" ] || fail "$1: nothing was delayed" "$(cli explain "$(key_id held)")"

	hold_connection slow "$2"
	note_arrivals $((frames * length)) burst "$2"
	least=$(((frames - 1) * length * 900 / slow)) # the first frame, from which we count, may be late
	say "$1: $((frames * length)) bytes at $slow a second, sent at once, arrived in $arrived ms, $least at least"
	[ "$arrived" -ge "$least" ] || fail "$1: the burst was not spread" "$(tc -s qdisc show dev e0)"

	expect_equal "$1: packets that we dropped" "$(sent held 8) $(sent slow 8)" "0 0"
	[ "$(tc -s qdisc show dev e0 | grep -o 'dropped [0-9]*' | sort -u)" = "dropped 0" ] ||
		fail "$1: a qdisc dropped" "$(tc -s qdisc show dev e0)"
}

tc qdisc replace dev e0 root fq
start_agent
! told_of_fq || fail "fq is at the root and was not seen" "$(cat "$scratch/agent.log")"
make_users acme alice
new_key free acme/alice
new_key held acme/alice --egress "$rate/s"
new_key slow acme/alice --egress "$slow/s"
paced "fq at the root" 20001
note_arrivals "$size" download free
say "another key: $size bytes arrived in $arrived ms"
expect_equal "packets of the other key that were held" "$(sent free 6)" 0

# The same below mq, for which an interface needs more queues than one.
stop_agent
"$SALLYPORTD" --config "$scratch/sallyport.yaml" --detach >/dev/null
ip link delete e0
ip link add e0 numtxqueues 2 numrxqueues 2 type veth \
	peer name c0 numtxqueues 2 numrxqueues 2 netns client
ip address add 192.0.2.1/24 dev e0
ip link set e0 up
client ip address add 192.0.2.7/24 dev c0
client ip link set c0 up
tc qdisc replace dev e0 root handle 1: mq
tc qdisc replace dev e0 parent 1:1 fq
: >"$scratch/agent.log"
start_agent
told_of_fq || fail "one queue without fq is not told" "$(tc qdisc show dev e0)"
tc qdisc replace dev e0 parent 1:2 fq
restart
! told_of_fq || fail "fq is on both queues and was not seen" "$(tc qdisc show dev e0)"
paced "fq below mq" 20002
