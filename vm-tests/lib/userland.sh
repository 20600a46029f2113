# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The guests' Debian, made by mmdebstrap once and kept: a disk image that every guest writes to in a
# copy of its own that goes with it.

USERLAND_MIB=3072

# runtime_packages EXECUTABLE…: the Debian packages of the libraries that they are linked with.
runtime_packages() {
	ldd "$@" 2>/dev/null | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p' | sort -u | while read -r library; do
		readlink -f "$library"
		printf '%s\n' "$library"
	done | sort -u | xargs dpkg-query -S 2>/dev/null | cut -d: -f1 | sort -u
}

# userland_packages: what the image holds, in one line.
userland_packages() {
	{
		table packages.txt | tr -s ' ' '\n'
		runtime_packages "$SALLYPORT_BUILD/agent/sallyportd" "$SALLYPORT_BUILD/control/cli/sallyport" \
			"$SALLYPORT_BUILD"/tests/datapath/datapath_door
	} | sort -u | tr '\n' ' '
}

# prepare_userland: sets $userland to the image.
prepare_userland() {
	local packages name log
	packages=$(userland_packages)
	name=userland-$(printf '%s %s' "$packages" "$(cat "$VM_TESTS/lib/userland.sh")" | sha256sum | cut -c1-12)
	userland=$VM_CACHE/$name.ext4
	[ ! -e "$userland" ] || return 0
	step "Making the guests' Debian ($(wc -w <<<"$packages") packages and what they need)"
	log=$VM_CACHE/mmdebstrap.log
	mkdir -p "$VM_CACHE"
	rm -rf "$VM_CACHE/userland.d" "$VM_CACHE"/userland-*.ext4
	mmdebstrap --mode=root --variant=minbase --include="$(tr -s ' ' ',' <<<"${packages% }")" \
		--aptopt='Acquire::Languages "none"' --dpkgopt=path-exclude='/usr/share/doc/*' \
		--dpkgopt=path-exclude='/usr/share/man/*' --dpkgopt=path-exclude='/usr/share/locale/*' \
		bookworm "$VM_CACHE/userland.d" \
		"deb $VM_MIRROR bookworm main" "deb $VM_SECURITY_MIRROR bookworm-security main" \
		>"$log" 2>&1 ||
		fail "mmdebstrap could not make the guests' Debian" "$(grep '^E:' "$log" | tail -n 1) (all of it: $log)"
	arrange_userland "$VM_CACHE/userland.d"
	make_disk "$userland" "$USERLAND_MIB" "$VM_CACHE/userland.d"
	rm -rf "$VM_CACHE/userland.d"
}

# What a host has and a bare image lacks; nothing of Sallyport.
arrange_userland() {
	mkdir -p "$1/usr/lib/modules"
	printf 'guest\n' >"$1/etc/hostname"
	printf '127.0.0.1 localhost guest\n::1 localhost\n' >"$1/etc/hosts"
	rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/*
	chroot "$1" systemctl disable nginx.service >/dev/null 2>&1 || true
}
