# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Namespaces of one's own: what runs in them can't touch the machine's interfaces, mounts or
# processes, and nothing is left when the script ends, however it ends.
#
#   client namespace                      the script's own namespace: the edge
#   ┌──────────────────────┐   veth pair   ┌───────────────────────────────┐
#   │ c0 192.0.2.7/.8/.9   ├───────────────┤ e0 192.0.2.1  XDP, agent      │
#   │    2001:db8::7/::8   │               │    2001:db8::1                │
#   │    2001:db8:0:1::7   │               │ lo 127.0.0.1  nginx :9000     │
#   └──────────────────────┘               └───────────────────────────────┘

# enter_sandbox "$@": runs the calling script again in mount, network and process namespaces of
# its own. Returns only there. A killed script takes all it started with it.
enter_sandbox() {
	if [ "${SALLYPORT_SANDBOX:-}" = inside ]; then
		unset SALLYPORT_SANDBOX
		arrange_mounts
		return
	fi
	[ "$(id -u)" = 0 ] || skip "needs root, to make network namespaces"
	unshare --mount --net --pid --fork --mount-proc true 2>/dev/null ||
		skip "this machine does not let root make namespaces (unshare fails)"
	SALLYPORT_SANDBOX=inside exec unshare --mount --net --pid --fork --kill-child --mount-proc \
		bash "$0" "$@"
}

# /sys must show this network namespace, bpffs must be ours alone, and `ip netns` must keep its
# names to itself.
arrange_mounts() {
	mount -t sysfs sysfs /sys || skip "can't mount sysfs"
	mount -t bpf bpf /sys/fs/bpf || skip "can't mount bpffs"
	mkdir -p /run/netns
	mount -t tmpfs tmpfs /run/netns
	scratch=$(mktemp -d /tmp/sallyport-sandbox.XXXXXX)
	trap leave_sandbox EXIT
	trap 'exit 130' INT TERM
}

# The processes go with the namespace, whose first process this script is.
leave_sandbox() {
	local status=$?
	[ "$status" -eq 0 ] || [ "$status" -eq 77 ] || [ ! -s "$scratch/agent.log" ] || {
		printf -- '--- the last lines of the agent\n' >&2
		tail -n 15 "$scratch/agent.log" >&2
	}
	rm -rf "$scratch"
	exit "$status"
}

make_sandbox() {
	ip link set lo up
	ip netns add client
	ip link add e0 type veth peer name c0 netns client || skip "no veth interfaces here"
	ip address add 192.0.2.1/24 dev e0
	ip address add 2001:db8::1/64 dev e0 nodad
	ip address add 2001:db8:0:1::1/64 dev e0 nodad
	ip link set e0 up
	local address
	for address in 192.0.2.7/24 192.0.2.8/24 192.0.2.9/24; do
		client ip address add "$address" dev c0
	done
	for address in 2001:db8::7/64 2001:db8::8/64 2001:db8:0:1::7/64; do
		client ip address add "$address" dev c0 nodad
	done
	client ip link set lo up
	client ip link set c0 up
	ethtool -K e0 gro on # frames that come from XDP_TX on the other side are received without a
	client ethtool -K c0 gro on # program of their own too
	wait_until 30 client ping -q -c 1 -W 1 192.0.2.1 >/dev/null || fail "the veth pair carries nothing"
}

# client COMMAND…: in the client's network namespace, with the same files and processes.
client() { nsenter --net=/run/netns/client -- "$@"; }
