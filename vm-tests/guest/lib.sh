# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Words of a guest: what it was started for, and its verdict. The host believes nothing but the
# token with this run's number on the port that was made for it.

# word NAME: of the kernel's command line.
word() { sed -n "s/.*sp\.$1=\([^ ]*\).*/\1/p" /proc/cmdline; }

SALLYPORT_ROOT=$(word root)
SALLYPORT_BUILD=$SALLYPORT_ROOT/build/$(word preset)
export SALLYPORT_ROOT SALLYPORT_BUILD

verdict_port() {
	local name
	for name in /sys/class/virtio-ports/*/name; do
		if [ "$(cat "$name")" = sallyport.verdict ]; then
			basename "$(dirname "$name")"
			return
		fi
	done
	return 1
}

# tell LINE: to the person who waits outside; the console has it too.
tell() {
	printf '%s\n' "$*"
	printf 'note %s\n' "$*" >"/dev/$(verdict_port)"
}

# fail LINE: ends the scenario, and the outside is told why.
fail() {
	tell "$*"
	exit 1
}

# run_scenario: the verdict is success only if the scenario's script for this guest ends well.
run_scenario() {
	local status=0
	cd "$SALLYPORT_ROOT" || return
	"$SALLYPORT_ROOT/vm-tests/$(word scenario)/$(word guest).sh" || status=$?
	if [ "$status" -eq 0 ]; then
		printf 'SALLYPORT-VM-SUCCESS %s\n' "$(word nonce)" >"/dev/$(verdict_port)"
	else
		printf 'SALLYPORT-VM-FAILURE %s status %s\n' "$(word nonce)" "$status" >"/dev/$(verdict_port)"
	fi
}
