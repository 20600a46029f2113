# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# Debian's kernels, got by an apt with a configuration and state of its own: this machine's sources
# and package lists stay as they are.

# kernel_directory NAME: holds vmlinuz, version, modules.ext4 and drivers.gz.
kernel_directory() { printf '%s/kernels/%s\n' "$VM_CACHE" "$1"; }

# private_apt DIRECTORY SUITE: writes the configuration.
private_apt() {
	mkdir -p "$1"/{state/lists/partial,cache/archives/partial,etc}
	: >"$1/state/status"
	printf 'deb [signed-by=%s] %s %s main\n' "$VM_KEYRING" "$VM_MIRROR" "$2" >"$1/etc/sources.list"
	case $2 in
	*-backports) ;;
	*) printf 'deb [signed-by=%s] %s %s-security main\n' "$VM_KEYRING" "$VM_SECURITY_MIRROR" "$2" \
		>>"$1/etc/sources.list" ;;
	esac
	cat >"$1/apt.conf" <<-CONF
		Dir::State "$1/state";
		Dir::State::status "$1/state/status";
		Dir::Cache "$1/cache";
		Dir::Etc::sourcelist "$1/etc/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		Dir::Etc::preferences "/dev/null";
		Dir::Etc::preferencesparts "/dev/null";
		Acquire::Languages "none";
		APT::Architecture "amd64";
		APT::Sandbox::User "root";
	CONF
}

# real_package CONFIGURATION METAPACKAGE: the kernel's own package that it stands for today.
real_package() {
	APT_CONFIG=$1 apt-cache depends --no-recommends --no-suggests "$2" |
		sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1
}

# download SUITE METAPACKAGE DIRECTORY: leaves the one .deb in it.
download() {
	local apt=$VM_CACHE/apt/$1 package
	private_apt "$apt" "$1"
	APT_CONFIG=$apt/apt.conf apt-get -q update -o APT::Update::Error-Mode=any >"$apt/update.log" 2>&1 ||
		fail "the package lists of $1 can't be had from $VM_MIRROR" \
			"is there a network? SALLYPORT_VM_MIRROR names another mirror. apt's words: $apt/update.log"
	package=$(real_package "$apt/apt.conf" "$2")
	[ -n "$package" ] || fail "$1 has no kernel behind $2" "is vm-tests/kernels.txt right?"
	(cd "$3" && APT_CONFIG=$apt/apt.conf apt-get -q download "$package" >"$apt/download.log" 2>&1) ||
		fail "$package can't be downloaded" "apt's words: $apt/download.log"
}

# fetch_kernel NAME: does nothing when it is in the cache.
fetch_kernel() {
	local name suite package directory work
	directory=$(kernel_directory "$1")
	[ ! -e "$directory/vmlinuz" ] || return 0
	read -r name suite package <<<"$(table kernels.txt | awk -v name="$1" '$1 == name')"
	step "Fetching kernel $name ($suite)"
	work=$directory.part
	rm -rf "$work" "$directory"
	mkdir -p "$work/tree"
	download "$suite" "$package" "$work"
	dpkg-deb -x "$work"/*.deb "$work/tree" || fail "the package of kernel $name can't be unpacked"
	unpack_kernel "$work"
	rm -rf "$work/tree" "$work"/*.deb
	mv "$work" "$directory"
	say "kernel $name is Linux $(cat "$directory/version")"
}

unpack_kernel() {
	local version
	version=$(basename "$1"/tree/lib/modules/*)
	printf '%s\n' "$version" >"$1/version"
	mv "$1/tree/boot/vmlinuz-$version" "$1/vmlinuz"
	depmod -b "$1/tree" "$version" || fail "depmod refuses the modules of Linux $version"
	make_drivers "$1/tree" "$version" "$1/drivers.gz"
	make_disk "$1/modules.ext4" 400 "$1/tree/lib/modules"
}
