# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the kernel starts with: busybox, the modules that reach the disks and the verdict's port, and
# guest/initramfs-init, which goes on to the user land.

INITRAMFS_MODULES='virtio_pci virtio_blk ext4 crc32c_generic virtio_console virtio_rng'

# pack DIRECTORY FILE
pack() { (cd "$1" && find . | busybox cpio -o -H newc 2>/dev/null | gzip -1) >"$2"; }

# make_initramfs KERNEL-DIRECTORY: the drivers, and the first program as it is today.
make_initramfs() {
	local root=$1/first
	mkdir -p "$root"
	install -m 755 "$VM_TESTS/guest/initramfs-init" "$root/init"
	pack "$root" "$1/first.gz"
	cat "$1/drivers.gz" "$1/first.gz" >"$1/initramfs" || fail "$1/initramfs can't be written"
}

# make_drivers TREE VERSION FILE
make_drivers() {
	local root=$1/initramfs module file
	mkdir -p "$root"/{bin,dev,proc,sys,new-root,lib/modules,etc}
	cp "$(type -P busybox)" "$root/bin/busybox"
	: >"$root/etc/modules"
	for module in $INITRAMFS_MODULES; do
		while read -r file; do
			install_module "$1" "$root" "$file"
		done < <(modprobe -d "$1" -S "$2" --show-depends "$module" 2>/dev/null |
			sed -n 's/^insmod *\([^ ]*\).*/\1/p')
	done
	pack "$root" "$3" || fail "the initial RAM disk for Linux $2 can't be made"
}

# In the order in which they are to be loaded, unpacked, each once.
install_module() {
	local name
	name=$(basename "$3" .xz)
	grep -qx "$name" "$2/etc/modules" && return
	case $3 in
	*.xz) xz -dc "$3" >"$2/lib/modules/$name" ;;
	*) cp "$3" "$2/lib/modules/$name" ;;
	esac
	printf '%s\n' "$name" >>"$2/etc/modules"
}
