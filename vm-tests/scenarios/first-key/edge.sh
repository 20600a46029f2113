#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An operator's first hour: the package is installed by apt, the service starts and harms nobody; then
# it gets an interface, and attaches natively to virtio-net with several queues; the first key works
# from outside, is revoked under a running request, and is refused, by the kernel on its old
# connection; removal leaves the interface as it was found, and purge takes the state along.
set -Eeuo pipefail
. "$(dirname "$0")/../../guest/lib.sh"
. "$(dirname "$0")/../../guest/pair.sh"
. "$(dirname "$0")/../../../tools/lib/say.sh"
. "$(dirname "$0")/../../../tools/lib/stack.sh"
fail() {
	tell "$1"
	printf '%s\n' "${@:2}"
	journalctl -u sallyport --no-pager -n 20 || true
	exit 1
}
trap 'tell "line $LINENO: failed: $BASH_COMMAND"' ERR
scratch=/run/scenario
mkdir -p "$scratch"

# What the kernel has of ours about the interface. (A clsact qdisc stays where TC was used, empty:
# somebody else may have come to count on it.)
traces() {
	ip -d link show eth0 | grep -o 'xdp.*' || true
	tc filter show dev eth0 ingress
	tc filter show dev eth0 egress
	ls /sys/fs/bpf/sallyport 2>/dev/null || true
}
# The status that the client gets with its key; 000 and what curl says where there is none.
request() {
	client "curl -sS -o /dev/null -w '%{http_code}' --max-time 60 --cacert /run/tls.pem -H @/run/alice \
		https://$EDGE:8443/ 2>&1" || true
}
# expect_answer STATUS: a busy machine may keep the guests from a timely handshake, so that only a
# wrong answer is wrong at once, and none after a while.
expect_answer() {
	local got left=5
	until got=$(request) && [ "$got" = "$1" ]; do
		left=$((left - 1))
		[[ $left -gt 0 && $got == *000* ]] || fail "the key got $got instead of $1"
		tell "no answer yet: $got"
	done
}
counter() {
	sallyport counters -o json | jq -e --arg verdict "$1" '.packets[] | select(.verdict == $verdict) | .packets'
}
# The listening sockets, by their number: the same ones after a restart, if systemd keeps them.
sockets() { ss -Htlne '( sport = :8443 )' | grep -o 'ino:[0-9]*' | sort; }
restarted() { [ "$(systemctl show -P NRestarts sallyport)" -ge 1 ]; }
counted() { [ "$(counter "$1")" -ge "$2" ]; }

join_network $EDGE
await_client
before=$(traces)

DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
	"$SALLYPORT_BUILD"/package/sallyport_*.deb >"$scratch/apt" 2>&1 ||
	fail "apt refuses the package" "$(cat "$scratch/apt")"
wait_until 60 systemctl -q is-active sallyport || fail "the service did not start"
sallyport status | grep -q 'outer door' || fail "no status" "$(sallyport status)"
[ "$(ps -o user= -C sallyportd)" = sallyport ] || fail "the agent runs as $(ps -o user= -C sallyportd)"
[ "$(traces)" = "$before" ] || fail "the default configuration touched the interface" "$(traces)"
tell "installed and started: $(systemctl show -P StatusText sallyport)"

make_certificate $EDGE
install -o root -g sallyport -m 640 "$scratch/tls.key" /etc/sallyport/key.pem
install -m 644 "$scratch/tls.pem" /etc/sallyport/cert.pem
start_nginx 9000
cat >/etc/sallyport/sallyport.yaml <<YAML
store: /var/lib/sallyport/registry.db
control: {socket: /run/sallyport/control.sock}
metrics: {listen: 127.0.0.1:9464}
outer_door: {interfaces: [eth0], egress: true}
services:
  - name: api
    listen: $EDGE:8443
    tls: {certificate: /etc/sallyport/cert.pem, private_key: /etc/sallyport/key.pem}
    upstream: {address: 127.0.0.1:9000}
YAML
systemctl restart sallyport || fail "the service does not start with the new configuration"
attached=$(sallyport status -o json | jq -r '.interfaces[0].attached')
[ "$attached" = native ] || fail "attached as $attached, not native" "$(sallyport status)"
tell "attached as $attached to $(find /sys/class/net/eth0/queues/ -name 'rx-*' | wc -l) queues"

sallyport tenant create acme >/dev/null
sallyport user create acme/alice >/dev/null
(umask 077 && printf 'X-Api-Key: %s\n' "$(sallyport key create acme/alice -q)" >"$scratch/alice")
id=$(cut -d_ -f3 "$scratch/alice")
client "cat >/run/tls.pem <<'PEM'
$(cat "$scratch/tls.pem")
PEM
cat >/run/alice <<'KEY'
$(cat "$scratch/alice")
KEY"
expect_answer 200

# The certificate lives for two days, and the clock is nobody's here.
sallyport doctor --ignore certificate,clock -o json >"$scratch/doctor" || tell "doctor: $(cat "$scratch/doctor")"
jq -e '.findings | all(.severity != "error" and .severity != "unknown" and .check != "driver")' \
	"$scratch/doctor" >/dev/null || fail "the doctor finds fault" "$(cat "$scratch/doctor")"
curl -sf http://127.0.0.1:9464/metrics >"$scratch/metrics" || fail "no metrics"
grep -q '^sallyport_requests_total{check="allowed"} [1-9]' "$scratch/metrics" ||
	fail "the metrics don't tell of the request" "$(grep requests_total "$scratch/metrics")"
kept=$(sockets)
[ -n "$kept" ] || fail "nobody listens"
systemctl restart sallyport || fail "the service does not start again"
[ "$(sockets)" = "$kept" ] || fail "a restart made other sockets" "$kept" "$(sockets)"
expect_answer 200
tell "looked at, scraped, and restarted on the same sockets: $(wc -w <<<"$kept")"

client "curl -s -o /run/stream -H @/run/alice --cacert /run/tls.pem --local-port 20000 --max-time 300 \
	https://$EDGE:8443/stream >/run/stream.log 2>&1 & echo \$! >/run/stream.pid"
wait_until 60 client 'test -s /run/stream' || fail "no stream came"
sallyport key revoke "$id" >"$scratch/receipt"
grep -q 'cut' "$scratch/receipt" || fail "the receipt does not tell of the cut" "$(cat "$scratch/receipt")"
# shellcheck disable=SC2016  # the client's pid
wait_until 60 client 'read -r pid </run/stream.pid; ! kill -0 $pid 2>/dev/null' || fail "the stream goes on"
expect_answer 401
client "python3 $SALLYPORT_ROOT/tests/netns/burst.py $CLIENT 20000 $EDGE 8443 100 100"
wait_until 30 counted DROP_KEY_REVOKED 100 ||
	fail "the kernel dropped $(counter DROP_KEY_REVOKED) of 100 late packets" "$(sallyport counters --nonzero)"
tell "200, revoked, stream cut, 401; $(counter DROP_KEY_REVOKED) late packets dropped in the kernel"

mkdir -p /run/systemd/system/sallyport.service.d
printf '[Service]\nWatchdogSec=15\n' >/run/systemd/system/sallyport.service.d/soon.conf
systemctl daemon-reload
systemctl restart sallyport || fail "the service does not start again"
sleep 20 # more than the watchdog's time
[ "$(systemctl show -P NRestarts sallyport)" = 0 ] || fail "the watchdog takes a live agent for stuck"
systemctl kill --signal=STOP sallyport
wait_until 60 restarted || fail "the watchdog did not restart a stuck agent"
wait_until 60 systemctl -q is-active sallyport || fail "the agent did not come back"
[ "$(sockets)" = "$kept" ] || fail "the watchdog's restart made other sockets" "$kept" "$(sockets)"
tell "a stuck agent was restarted by the watchdog, on the same sockets"
is_attached() { [ "$(sallyport status -o json 2>/dev/null | jq -r '.interfaces[0].attached')" = "$1" ]; }
wait_until 30 is_attached native || fail "not attached natively after that" "$(sallyport status)"
rm -r /run/systemd/system/sallyport.service.d
systemctl daemon-reload

systemctl stop sallyport
sallyportd --detach >"$scratch/detached" || fail "root can't detach" "$(cat "$scratch/detached")"
systemctl start sallyport || fail "the service does not start after --detach"
wait_until 30 is_attached native || fail "not attached natively after --detach" "$(sallyport status)"
apt-get install -y --reinstall "$SALLYPORT_BUILD"/package/sallyport_*.deb >"$scratch/apt" 2>&1 ||
	fail "apt can't install it over itself" "$(cat "$scratch/apt")"
wait_until 30 is_attached native || fail "not attached natively after a reinstallation" "$(sallyport status)"
grep -q eth0 /etc/sallyport/sallyport.yaml || fail "a reinstallation took the configuration"
expect_answer 401

apt-get remove -y sallyport >"$scratch/apt" 2>&1 || fail "apt can't remove it" "$(cat "$scratch/apt")"
[ "$(traces)" = "$before" ] || fail "removal left something" "$(traces)" "$(cat "$scratch/apt")"
[ -s /var/lib/sallyport/registry.db ] || fail "removal took the registry along"
apt-get purge -y sallyport >"$scratch/apt" 2>&1 || fail "apt can't purge it" "$(cat "$scratch/apt")"
[ ! -e /var/lib/sallyport ] || fail "purge left the registry"
tell "removed: the interface is as it was found; purged: so is the disk"
end_client
