# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# Starting one guest and learning what became of it.

VM_CPUS=${SALLYPORT_VM_CPUS:-2}
PROBE_SECONDS=8

# Debian 12's QEMU leaves wrong flags behind cmpxchg16b when it emulates it, on which Linux 6.12
# crashes in its allocator: there the guest is told that its CPU has no such instruction.
cpu_model() {
	case $accelerator in
	tcg*) printf 'max,cx16=off' ;;
	*) printf 'max' ;;
	esac
}

# start_qemu DIRECTORY MIB WORDS [OPTION…]: in the background, its process in $qemu_pid. The kernel
# is that of $kernel_files; WORDS go on its command line; the guest's verdict comes into
# DIRECTORY/verdict and its console into DIRECTORY/console.log. It runs by $apart, if that is set.
start_qemu() {
	local directory=$1 memory=$2 words=$3
	shift 3
	mkdir -p "$directory"
	: >"$directory/verdict"
	: >"$directory/console.log"
	"${apart[@]}" setpriv --pdeathsig TERM qemu-system-x86_64 -nodefaults -no-user-config -machine q35 -accel "$accelerator" -cpu "$(cpu_model)" \
		-smp "$VM_CPUS" -m "$memory" -display none -no-reboot \
		-serial "file:$directory/console.log" \
		-device virtio-rng-pci -device virtio-serial-pci \
		-chardev "file,id=verdict,path=$directory/verdict" \
		-device virtserialport,chardev=verdict,name=sallyport.verdict \
		-kernel "$kernel_files/vmlinuz" -initrd "$kernel_files/initramfs" \
		-append "console=ttyS0 quiet loglevel=4 panic=-1 oops=panic net.ifnames=0 systemd.mask=serial-getty@ttyS0.service $words" \
		"$@" </dev/null >"$directory/qemu.log" 2>&1 &
	qemu_pid=$!
	disown "$qemu_pid" # no word of the shell's when it is killed
}

# A guest's disks: its user land (in a copy of its own), the kernel's modules, what is tried.
disk_options() {
	# shellcheck disable=SC2054  # the commas are QEMU's
	disks=(
		-drive "if=none,id=a,format=raw,file=$userland,snapshot=on" -device virtio-blk-pci,drive=a
		-drive "if=none,id=b,format=raw,file=$kernel_files/modules.ext4,readonly=on"
		-device virtio-blk-pci,drive=b
		-drive "if=none,id=c,format=raw,file=$payload,readonly=on" -device virtio-blk-pci,drive=c
	)
}

is_gone() { ! kill -0 "$1" 2>/dev/null; }

# end_qemu PID
end_qemu() {
	kill "$1" 2>/dev/null || return 0
	wait_until 10 is_gone "$1" || kill -KILL "$1" 2>/dev/null || true
}

has_token() { grep -qx "SALLYPORT-VM-SUCCESS $2" "$1/verdict"; }

# The CPUs of an emulated guest take turns in one thread: with a thread each, Linux patches its own
# code under a CPU that still runs what was translated before, and crashes now and then.
EMULATION=tcg,thread=single

# choose_accelerator: sets $accelerator. /dev/kvm alone proves nothing: a guest must come up with it,
# within seconds. The answer is kept until this machine starts anew.
choose_accelerator() {
	local known nonce
	known=$VM_CACHE/accelerator.$(cat /proc/sys/kernel/random/boot_id)
	if [ ! -e "$known" ]; then
		rm -f "$VM_CACHE"/accelerator.*
		accelerator=kvm
		nonce=probe-$$-$RANDOM
		if [ -w /dev/kvm ]; then
			start_qemu "$VM_CACHE/probe" 512 "sp.init=none sp.nonce=$nonce"
			wait_until "$PROBE_SECONDS" has_token "$VM_CACHE/probe" "$nonce" || accelerator=$EMULATION
			end_qemu "$qemu_pid"
		else
			accelerator=$EMULATION
		fi
		printf '%s\n' "$accelerator" >"$known"
	fi
	accelerator=$(cat "$known")
}

# cause_of DIRECTORY SECONDS: why there is no token.
cause_of() {
	if grep -q 'Kernel panic' "$1/console.log"; then
		printf 'the kernel panicked: %s' "$(sed -n 's/.*Kernel panic - not syncing: //p' "$1/console.log" | tr -d '\r' | head -n 1)"
	elif grep -q '^SALLYPORT-VM-FAILURE' "$1/verdict"; then
		printf 'the scenario failed'
	elif [ -s "$1/qemu.log" ] && [ ! -s "$1/console.log" ]; then
		printf 'QEMU says: %s' "$(tail -n 1 "$1/qemu.log")"
	elif [ -e "$1/late" ]; then
		printf 'no verdict after %s s' "$2"
	else
		printf 'it ended without a verdict'
	fi
}
