#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Debian's xdp-filter and Sallyport on one interface, whoever comes first: each keeps dropping what
# it was told to drop, and each survives what is done to the other. A third program comes around.
#
#   192.0.2.7   allowed by both     192.0.2.8   banned in Sallyport     192.0.2.9   denied in xdp-filter
#
# Where the kernel takes no freplace programs, libxdp attaches xdp-filter alone: there the same
# holds with Sallyport on TC.
. "$(dirname "$0")/lib.sh"
type xdp-filter xdp-loader >/dev/null || skip "xdp-tools is not installed"
mount -t tmpfs tmpfs /run # xdp-filter's lock is for this sandbox alone
mkdir /run/netns

attached() { cli status -o json | jq -r ".interfaces[0].$1"; }
members() { xdp-loader status e0 | awk '$1 == "=>" { print $3 }' | sort | tr '\n' ' '; }
load_filter() {
	xdp-filter load e0
	xdp-filter ip -m src 192.0.2.9
}
detach() { "$SALLYPORTD" --config "$scratch/sallyport.yaml" --detach >>"$scratch/agent.log"; }

# What the client meets from an address: answered, closed (by the inner door), refused (nobody
# listens) or silence, for which it waits no longer than a second where that is expected.
meets() {
	local got patience=10
	[ "$2" != silence ] || patience=1
	got=$(http alice --interface "$1" --connect-timeout "$patience")
	if [ "$got" = 200 ]; then
		echo answered
	elif was_silenced; then
		echo silence
	elif was_refused; then
		echo refused
	else
		echo "closed ($got)"
	fi
}
# expect_met WHEN ALLOWED BANNED DENIED
expect_met() {
	local address when=$1
	shift
	for address in 192.0.2.7 192.0.2.8 192.0.2.9; do
		expect_equal "$when: $address meets" "$(meets "$address" "$1")" "$1"
		shift
	done
}

# Every verb of ours, beside an xdp-filter that denies 192.0.2.9.
every_verb() {
	local before after
	expect_met "running" answered silence silence
	cli mode observe >/dev/null
	expect_met "observing" answered "closed (000)" silence
	cli mode enforce >/dev/null
	before=$(members)
	stop_agent
	expect_met "stopped" refused silence silence
	start_agent
	expect_met "started again" answered silence silence
	kill_agent
	expect_met "killed" refused silence silence
	start_agent
	expect_met "started after that" answered silence silence
	after=$(members)
	expect_equal "programs in the dispatcher" "$after" "$before"
}

make_sandbox
make_certificate 192.0.2.1
start_nginx 9000
write_config
load_filter
start_agent
make_users acme alice
new_key alice acme/alice
cli ban add 192.0.2.8 >/dev/null
way=tc
[ -z "$(members)" ] || way=dispatcher # libxdp made one for xdp-filter
say "xdp-filter first; Sallyport is attached as $way: $(attached why)"
expect_equal "how Sallyport is attached" "$(attached attached)" "$way"
attached why | grep -q xdpfilt_alw_all || fail "status does not say with whom" "$(attached why)"
every_verb
stop_agent
detach
expect_met "detached" refused refused silence
xdp-filter unload e0
expect_met "xdp-filter unloaded too" refused refused refused

say "Sallyport alone on the interface: xdp-filter is refused, and harms nothing"
start_agent
expect_equal "how Sallyport is attached" "$(attached attached)" native
! xdp-filter load e0 >"$scratch/output" 2>&1 || fail "xdp-filter replaced Sallyport" "$(members)"
expect_met "after the attempt" answered silence answered
if [ "$way" = tc ]; then
	say "no freplace in this kernel: that is all there can be"
	exit 0
fi

say "the configuration asks for the dispatcher, and xdp-filter comes later"
stop_agent
write_config attach=dispatcher
start_agent
expect_equal "how Sallyport is attached" "$(attached attached)" dispatcher
expect_met "alone in the dispatcher" answered silence answered
load_filter
every_verb
xdp-filter unload e0
expect_met "xdp-filter unloaded" answered silence answered

say "one comes before and one after, and go again around Sallyport"
load_filter
xdp-loader load e0 "$(find /usr/lib -path '*bpf/xdp-dispatcher.o')" -n xdp_pass
expect_equal "the three" "$(members)" "sp_xdp_shared xdp_pass xdpfilt_alw_all "
every_verb
expect_equal "the three after every verb" "$(members)" "sp_xdp_shared xdp_pass xdpfilt_alw_all "
stop_agent
detach
expect_equal "the two others" "$(members)" "xdp_pass xdpfilt_alw_all "
expect_met "detached" refused refused silence
