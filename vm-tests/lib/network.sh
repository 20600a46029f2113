# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The private network of a scenario with several guests: a bridge in a network namespace of its own,
# which nothing leaves, and a tap for each guest with a queue for each CPU and one more each for XDP.
#
#        network namespace of this scenario
#   edge ── tap edge ── bridge ── tap client ── client

# make_network GUEST…: the namespace lives as long as the process $network, which is ours.
make_network() {
	local guest
	setpriv --pdeathsig TERM unshare --net sleep infinity &
	network=$!
	disown "$network"
	wait_until 10 network_is_apart || fail "this machine does not let root make network namespaces"
	in_network ip link add bridge type bridge ||
		fail "this machine has no network bridges" "its kernel lacks CONFIG_BRIDGE"
	in_network ip link set bridge up
	for guest in "$@"; do
		in_network ip tuntap add dev "$guest" mode tap multi_queue ||
			fail "this machine has no taps" "is there a /dev/net/tun?"
		in_network ip link set "$guest" master bridge up
	done
}

network_is_apart() {
	[ "$(readlink "/proc/$network/ns/net" 2>/dev/null)" != "$(readlink /proc/self/ns/net)" ]
}
in_network() { nsenter --net="/proc/$network/ns/net" -- "$@"; }
end_network() { [ -z "${network:-}" ] || kill "$network" 2>/dev/null || true; }

# network_options GUEST NUMBER: sets $nic. Native XDP wants the guest's receive offloads off, and as
# many queues again as there are CPUs.
network_options() {
	local queues=$((2 * VM_CPUS))
	# shellcheck disable=SC2054  # the commas are QEMU's
	nic=(
		-netdev "tap,id=net,ifname=$1,script=no,downscript=no,queues=$queues"
		-device "virtio-net-pci,netdev=net,mac=52:54:00:00:00:0$2,mq=on,vectors=$((2 * queues + 2)),$NO_OFFLOADS"
	)
}
NO_OFFLOADS=guest_tso4=off,guest_tso6=off,guest_ecn=off,guest_ufo=off,guest_csum=off
