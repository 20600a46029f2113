#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A configuration that is wrong is refused as a whole, every error with its line; a machine that
# lacks something is told so in words that help.
. "$(dirname "$0")/lib.sh"

make_sandbox
make_certificate 192.0.2.1 2001:db8::1 127.0.0.1
start_nginx 9000
config=$scratch/sallyport.yaml

# wrong SED-SCRIPT PATTERN: the good file, changed by sed, is refused, with a message like that.
wrong() {
	write_config
	sed -i -e "$1" "$config"
	expect_status 2 "$SALLYPORTD" --check-config --config "$config"
	expect_said "$2"
	expect_said 'sallyport\.yaml:[0-9]+: '
}
# fails STATUS PATTERN [NAME=VALUE…]: an agent that is configured so does not start, and says why.
fails() {
	local status=$1 pattern=$2
	shift 2
	write_config "$@"
	expect_status "$status" timeout 10 "$SALLYPORTD" --config "$config"
	expect_said "$pattern"
}

write_config
expect_status 0 "$SALLYPORTD" --check-config --config "$config"
expect_status 2 "$SALLYPORTD" --check-config --config "$scratch/absent.yaml"
expect_said 'absent\.yaml'
expect_status 2 "$SALLYPORTD" --check-config --config "$scratch"
expect_status 2 "$SALLYPORTD" --frobnicate
expect_said 'frobnicate'
head -c 4096 /dev/urandom >"$scratch/noise.yaml"
expect_status 2 "$SALLYPORTD" --check-config --config "$scratch/noise.yaml"
: >"$scratch/empty.yaml"
expect_status 2 "$SALLYPORTD" --check-config --config "$scratch/empty.yaml"

wrong 's/^workers: .*/workers: many/' 'workers'
wrong 's/^workers: .*/workers: -1/' 'workers'
wrong 's/^workers:/wrokers:/' 'wrokers'
wrong 's/^store: .*/store: [a, b]/' 'store'
wrong '/^store:/d' 'store'
wrong 's/mode: .*/mode: sometimes/' 'sometimes'
wrong 's/attach: .*/attach: glue/' 'glue'
wrong 's/window: .*/window: ten/' 'ten'
wrong 's/listen: 192.*/listen: 192.0.2.1:99999/' '99999'
wrong 's/listen: 192.*/listen: example.net:443/' 'example.net'
wrong 's/name: api6/name: api/' 'api'
wrong 's/listen: .*/listen: 192.0.2.1:8443/' '192\.0\.2\.1:8443'
wrong '/^services:/,999d' 'services'
wrong 's/exempt: .*/exempt: [10.0.0.0\/99]/' '10\.0\.0\.0/99'
wrong 's/^workers: .*/workers: [/' ''
wrong 's/^workers: .*/workers: many/;s/mode: .*/mode: sometimes/;s/level: .*/level: loud/' 'many'
expect_said 'sometimes'
expect_said 'loud'

# What only the machine can tell.
fails 1 'nosuch0' interfaces=nosuch0
python3 "$(dirname "$0")/probe.py" echo-server 192.0.2.1 8443 &
taken_pid=$!
wait_until 30 client python3 "$(dirname "$0")/probe.py" echo 192.0.2.7 192.0.2.1 8443 x >/dev/null 2>&1
fails 1 '192\.0\.2\.1:8443.*in use'
kill "$taken_pid"
wait "$taken_pid" 2>/dev/null || true
write_config
mv "$scratch/tls.key" "$scratch/good.key"
expect_status 1 timeout 10 "$SALLYPORTD" --config "$config"
expect_said 'tls\.key'
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$scratch/tls.key" 2>/dev/null
expect_status 1 timeout 10 "$SALLYPORTD" --config "$config"
expect_said 'tls\.(key|pem)'
mv "$scratch/good.key" "$scratch/tls.key"

# A store that is not ours to touch stays as it is.
write_config
start_agent
make_users acme alice
new_key alice acme/alice
expect_status 1 timeout 10 "$SALLYPORTD" --config "$config"
expect_http 200 alice # a second agent did not disturb the first
stop_agent
cp "$scratch/sallyport.db" "$scratch/good.db"
version=$(sqlite3 "$scratch/sallyport.db" 'PRAGMA user_version')
[ "$version" -ge 1 ] || fail "the store does not say its version"
sqlite3 "$scratch/sallyport.db" 'PRAGMA user_version = 999'
expect_status 1 timeout 10 "$SALLYPORTD" --config "$config"
expect_said '999'
expect_equal "the newer store's version" "$(sqlite3 "$scratch/sallyport.db" 'PRAGMA user_version')" 999
head -c 65536 /dev/urandom >"$scratch/sallyport.db"
expect_status 1 timeout 10 "$SALLYPORTD" --config "$config"
expect_said 'sallyport\.db'
rm -f "$scratch"/sallyport.db*
cp "$scratch/good.db" "$scratch/sallyport.db"

# Without bpffs, and without privileges: refused where the outer door is required, else the
# inner door alone, loudly.
umount /sys/fs/bpf
write_config
start_agent
expect_http 200 alice
expect_equal "whether there is an outer door" "$(cli status -o json | jq .outer_door)" false
cli status -o json | jq -r .outer_door_note | grep -qi 'bpf' || fail "status does not say why" "$(cli status)"
grep -q 'mount -t bpf' "$scratch/agent.log" || fail "the log does not say what to do about bpffs"
stop_agent
sed -i 's/^outer_door:/&\n  required: true/' "$config"
expect_status 1 timeout 10 "$SALLYPORTD" --config "$config"
expect_said 'bpf'
mount -t bpf bpf /sys/fs/bpf
chown -R nobody "$scratch" && chmod 755 "$scratch"
expect_status 1 timeout 10 setpriv --reuid nobody --clear-groups "$SALLYPORTD" --config "$config"
expect_said 'privilege|permitted|CAP_|root'
