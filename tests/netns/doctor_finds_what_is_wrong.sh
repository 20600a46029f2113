#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `sallyport doctor` looks at the real host without an agent: nothing to do where all is well, and each
# thing that is spoilt is found, with what to do about it.
. "$(dirname "$0")/lib.sh"

export PATH=$SALLYPORT_BUILD/agent:$PATH
make_sandbox
make_certificate 192.0.2.1
start_nginx 9000
write_config address6=
chmod 600 "$scratch/tls.key"

# Whether this machine's clock is kept is not the test's to say.
doctor() { "$SALLYPORT" doctor --config "$scratch/sallyport.yaml" --ignore clock,queues,jit "$@"; }

# expect_found SEVERITY CHECK PATTERN: in what doctor says now, message or remedy.
expect_found() {
	expect_status "${wanted:-1}" doctor -o json
	jq -e --arg severity "$1" --arg check "$2" --arg pattern "$3" '.findings | any(.severity == $severity
		and .check == $check and (.message + " " + .remedy | test($pattern)))' \
		"$scratch/output" >/dev/null || fail "not found: $*" "$(cat "$scratch/output")"
}

write_other() { sed "$1" "$scratch/sallyport.yaml" >"$scratch/other.yaml"; }
spoilt() {
	local status=0
	"$SALLYPORT" doctor --config "$scratch/other.yaml" --ignore clock,queues,jit >"$scratch/output" 2>&1 ||
		status=$?
	expect_equal "exit status" "$status" "$1"
}

# The certificate ends in two days, which is told: made for longer, nothing is to do.
expect_found warning certificate 'ends soon, on 20'
openssl req -x509 -key "$scratch/tls.key" -days 90 -subj /CN=longer -out "$scratch/tls.pem" 2>/dev/null
expect_status 0 doctor
expect_said '^nothing found'
expect_status 0 doctor -o json
expect_equal "findings" "$(jq -c . "$scratch/output")" '{"findings":[]}'

# It is the same while an agent runs, whose program is known as ours.
start_agent
expect_status 0 doctor
stop_agent
"$SALLYPORTD" --config "$scratch/sallyport.yaml" --detach >/dev/null

# The interface: jumbo frames, somebody else's program, down, gone.
client ip link set c0 mtu 9000
ip link set e0 mtu 9000
expect_found warning mtu 'ip link set e0 mtu 3498'
ip link set e0 mtu 1500
client ip link set c0 mtu 1500
printf '%s\n' '#define SEC(name) __attribute__((section(name), used))' \
	'SEC("xdp") int stranger(void *context) { (void)context; return 2; /* XDP_PASS */ }' \
	'SEC("tc") int bystander(void *context) { (void)context; return -1; }' |
	clang-14 -target bpf -O2 -x c -c - -o "$scratch/stranger.o"
bpftool prog loadall "$scratch/stranger.o" /sys/fs/bpf/stranger
bpftool net attach xdpdrv pinned /sys/fs/bpf/stranger/stranger dev e0
expect_found warning programs 'stranger \(id [0-9]+, loaded by uid 0\)'
bpftool net detach xdpdrv dev e0
tc qdisc add dev e0 clsact
tc filter add dev e0 ingress bpf direct-action pinned /sys/fs/bpf/stranger/bystander
wanted=0 expect_found note programs 'TC ingress has bystander'
tc qdisc del dev e0 clsact
ip link set e0 down
expect_found warning interface 'ip link set e0 up'
ip link set e0 up
write_other 's/interfaces: .*/interfaces: [nowhere0]/'
spoilt 1
expect_said '^error  interface  nowhere0: there is no such interface'
write_other 's/interfaces: .*/interfaces: [lo]/; s/attach: .*/attach: native/'
spoilt 1
expect_said '^error  driver  lo: .*has no native XDP'
if ip link add link e0 name e0.5 type vlan id 5 2>/dev/null; then
	write_other 's/interfaces: .*/interfaces: [e0.5]/'
	spoilt 1
	expect_said '^warning  vlan  e0.5: it is a VLAN on e0'
fi

# BPF's file system.
write_other "s|pin_directory: .*|pin_directory: $scratch/pins|"
spoilt 1
expect_said '^error  bpffs'

# Certificates: ended, another's key, none; a key that everybody may read.
cp "$scratch/tls.pem" "$scratch/good.pem"
openssl req -x509 -key "$scratch/tls.key" -subj /CN=ended -not_before 20200101000000Z \
	-not_after 20200201000000Z -out "$scratch/tls.pem" 2>/dev/null ||
	{
		openssl req -new -key "$scratch/tls.key" -subj /CN=ended -out "$scratch/ended.csr"
		openssl x509 -req -in "$scratch/ended.csr" -signkey "$scratch/tls.key" -days -1 \
			-out "$scratch/tls.pem" 2>/dev/null
	}
expect_found error certificate 'ended on 20'
cp "$scratch/good.pem" "$scratch/tls.pem"
cp "$scratch/tls.key" "$scratch/good.key"
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$scratch/tls.key" 2>/dev/null
expect_found error private-key 'is not the private key of'
cp "$scratch/good.key" "$scratch/tls.key"
chmod 644 "$scratch/tls.key"
expect_found error private-key 'chmod o= '
chmod 600 "$scratch/tls.key"
write_other "s|$scratch/tls.pem|$scratch/nothing.pem|"
spoilt 1
expect_said 'cannot read the certificate .*nothing.pem: No such file'

# The upstream, the store, the configuration.
write_other 's/address: 127.0.0.1:9000/address: 127.0.0.1:9001/'
spoilt 1
expect_said '^error  upstream  service api: .*127.0.0.1:9001 can.t be reached: Connection refused'
chmod 755 "$scratch"
chmod 644 "$scratch/sallyport.db"
expect_found warning store 'chmod go= '
chmod 600 "$scratch/sallyport.db"
chmod 666 "$scratch/sallyport.yaml"
expect_found warning configuration 'chmod go-w'
chmod 600 "$scratch/sallyport.yaml"
expect_status 0 doctor

# What can't be looked at.
expect_status 2 "$SALLYPORT" doctor --config "$scratch/none.yaml"
expect_said 'cannot read the configuration'
echo 'wrokers: 1' >>"$scratch/other.yaml"
spoilt 2
expect_said "unknown field 'wrokers'"
expect_status 2 "$SALLYPORT" doctor --config "$scratch/sallyport.yaml" --agent nowhere
expect_said "cannot find the agent's program nowhere"
