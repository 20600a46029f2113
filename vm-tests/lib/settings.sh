# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Where things lie, and whether this machine has what the virtual machines need.

VM_TESTS=$SALLYPORT_ROOT/vm-tests
VM_CACHE=${SALLYPORT_VM_CACHE:-$SALLYPORT_ROOT/build/vm}
VM_JOBS=${SALLYPORT_VM_JOBS:-$(nproc)}
VM_MIRROR=${SALLYPORT_VM_MIRROR:-http://deb.debian.org/debian}
VM_SECURITY_MIRROR=${SALLYPORT_VM_SECURITY_MIRROR:-http://deb.debian.org/debian-security}
VM_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# table FILE: its lines, without comments and empty ones.
table() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$VM_TESTS/$1"; }

require_tools() {
	local tool missing=()
	for tool in qemu-system-x86_64 mmdebstrap busybox mke2fs depmod modprobe xz strip apt-get dpkg-deb; do
		type "$tool" >/dev/null 2>&1 || missing+=("$tool")
	done
	[ ${#missing[@]} -eq 0 ] || fail "missing on this machine: ${missing[*]}" \
		"tools/install-packages vm installs them"
	[ "$(id -u)" = 0 ] || fail "needs root: the guests' disk holds files that root owns"
}

# require_memory MIB
require_memory() {
	local free
	free=$(($(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo) / 1024))
	[ "$free" -ge "$1" ] || fail "the guests need $1 MiB of memory, and $free MiB are free" \
		"stop something, or run fewer scenarios at a time"
}

# make_disk FILE MIB DIRECTORY: an ext4 image with what lies in the directory.
make_disk() {
	rm -f "$1.part"
	mke2fs -q -t ext4 -O ^has_journal -E root_owner=0:0 -m 0 -d "$3" "$1.part" "$2M" >/dev/null ||
		fail "mke2fs could not make $1" "is there room on that disk? (df -h $(dirname "$1"))"
	mv "$1.part" "$1"
}
