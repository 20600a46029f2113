# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# The parts around an agent: certificate, upstream, configuration, and the agent itself. All
# state lies in $scratch.

SALLYPORTD=$SALLYPORT_BUILD/agent/sallyportd
SALLYPORT=$SALLYPORT_BUILD/control/cli/sallyport

# make_certificate ADDRESS…: a throw-away P-256 certificate for these addresses.
make_certificate() {
	local names
	names=$(printf ',IP:%s' "$@")
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-subj "/CN=sallyport throw-away" -addext "subjectAltName=DNS:localhost$names" \
		-keyout "$scratch/tls.key" -out "$scratch/tls.pem" 2>"$scratch/openssl.log" ||
		fail "openssl could not make a certificate" "$(tail -n 1 "$scratch/openssl.log")"
}

# start_nginx PORT: the upstream, on loopback. It answers with the user that Sallyport named,
# and writes one line a request to $scratch/upstream.log.
start_nginx() {
	mkdir -p "$scratch/nginx" "$scratch/www"
	head -c 4194304 /dev/zero >"$scratch/www/large"
	sed -e "s|@scratch@|$scratch|g" -e "s|@port@|$1|g" "$SALLYPORT_ROOT/tools/lib/nginx.conf" \
		>"$scratch/nginx.conf"
	nginx -c "$scratch/nginx.conf" -e "$scratch/nginx/error.log" >"$scratch/nginx/out" 2>&1 &
	nginx_pid=$!
	wait_until 30 curl -s -o "$scratch/nginx/probe" "http://127.0.0.1:$1/" ||
		fail "nginx does not answer on 127.0.0.1:$1" "$(tail -n 1 "$scratch/nginx/error.log")"
}

# write_config [NAME=VALUE…]: $scratch/sallyport.yaml. The names are those declared here.
write_config() {
	local interfaces=e0 attach=auto mode=enforce pin_directory=/sys/fs/bpf/sallyport
	local address=192.0.2.1 address6=2001:db8::1 port=8443 upstream=127.0.0.1:9000 workers=2
	local refusals=1000 window=10s ban=60s max_ban=1h guard=10m settle=30s exempt='' capacity='' events='' extra=''
	local pace_per_second=0 pace_burst=100 cleartext='' resets='' egress='' access='' metrics=''
	[ $# -eq 0 ] || local "$@"
	{
		cat <<-YAML
			store: $scratch/sallyport.db
			control:
			  socket: $scratch/control.sock
			workers: $workers
			log:
			  level: info
			${access:+  access: $access}
			${metrics:+metrics: {listen: $metrics\}}
			outer_door:
			  interfaces: [$interfaces]
			  attach: $attach
			  mode: $mode
			  pin_directory: $pin_directory
			  capacity: {$capacity}
			  events: {$events}
			${egress:+  egress: $egress}
			${resets:+  resets_per_second: $resets}
			offenders:
			  refusals: $refusals
			  window: $window
			  ban: $ban
			  max_ban: $max_ban
			  guard: $guard
			  settle: $settle
			  exempt: [$exempt]
			pace: {per_second: $pace_per_second, burst: $pace_burst}
			services:
		YAML
		service_config api "$address:$port" "$upstream" "$extra"
		[ -z "$address6" ] || service_config api6 "\"[$address6]:$port\"" "$upstream" "$extra"
		[ -z "$cleartext" ] || cleartext_config behind "$cleartext" "$upstream" "$extra"
	} >"$scratch/sallyport.yaml"
}

service_config() {
	cat <<-YAML
		  - name: $1
		    listen: $2
		    tls:
		      certificate: $scratch/tls.pem
		      private_key: $scratch/tls.key
		    upstream:
		      address: $3
		${4:+    $4}
	YAML
}

cleartext_config() {
	cat <<-YAML
		  - name: $1
		    kind: cleartext
		    listen: $2
		    upstream:
		      address: $3
		${4:+    $4}
	YAML
}

# start_agent: returns when it answers its control socket.
start_agent() {
	"$SALLYPORTD" --config "$scratch/sallyport.yaml" >>"$scratch/agent.log" 2>&1 &
	agent_pid=$!
	wait_until 30 agent_answers_or_is_gone
	if ! kill -0 "$agent_pid" 2>/dev/null; then
		fail "the agent did not start" "its last words: $(tail -n 3 "$scratch/agent.log")"
	fi
	cli status >/dev/null || fail "the agent runs but does not answer on its control socket"
}

agent_answers_or_is_gone() {
	! kill -0 "$agent_pid" 2>/dev/null || cli status >/dev/null 2>&1
}

# stop_agent: asks it to drain, and waits until it is gone. Its exit status is in $agent_status.
stop_agent() {
	kill -TERM "$agent_pid"
	agent_status=0
	wait "$agent_pid" || agent_status=$?
}

kill_agent() {
	kill -KILL "$agent_pid"
	wait "$agent_pid" 2>/dev/null || true
}

cli() { "$SALLYPORT" --socket "$scratch/control.sock" "$@"; }

# new_key NAME TENANT/USER [OPTION…]: makes the key; curl reads it from $scratch/NAME.header.
new_key() {
	local name=$1
	shift
	(umask 077 && printf 'X-Api-Key: %s\n' "$(cli key create "$@" -q)" >"$scratch/$name.header")
	grep -q ' spk_' "$scratch/$name.header" || fail "no key came out of: key create $*"
}

# key_id NAME: the part of the key that may be named.
key_id() { cut -d_ -f3 "$scratch/$1.header"; }

# Client ports of the connections on which the terminator serves 192.0.2.1:8443. (ss grumbles
# about cgroups, which a sandbox's /sys does not show.)
live_ports() {
	ss -Htn state established '( sport = :8443 )' 2>/dev/null | sed 's/.*:\([0-9]*\) *$/\1/' | sort
}

# hold_connection KEY PORT: one connection on which the key has been accepted, open until it is
# cut. The port is below the ephemeral ones: nobody who reconnects meanwhile takes it, which would
# make it a new connection and end the old one's verdict.
hold_connection() {
	{
		printf 'GET /quiet HTTP/1.1\r\nHost: held\r\n%s\r\n\r\n' "$(cat "$scratch/$1.header")"
		sleep 600
	} | client openssl s_client -quiet -CAfile "$scratch/tls.pem" -connect 192.0.2.1:8443 \
		-bind "192.0.2.7:$2" >"$scratch/held.$2" 2>"$scratch/held.$2.log" &
	wait_until 30 grep -q '^HTTP/1.1 200' "$scratch/held.$2" ||
		fail "no connection could be held on port $2" "$(tail -n 2 "$scratch/held.$2.log")"
}

# send_late PORT COUNT: packets on a connection whose sockets are gone, as a client would send
# that does not care.
send_late() {
	# Paced: at full rate a veth ring overflows before any program has seen a frame.
	client "$SALLYPORT_BUILD/tools/trafficgen/sp-trafficgen" --interface c0 --source 192.0.2.7 \
		--source-port "$1" --destination 192.0.2.1:8443 \
		--destination-mac "$(cat /sys/class/net/e0/address)" \
		--flags psh-ack --payload 100 --rate 20000 --count "$2" >"$scratch/late" 2>&1 ||
		fail "no late packets could be sent" "$(cat "$scratch/late")"
}
