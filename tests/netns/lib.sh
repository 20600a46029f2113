# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# What the end-to-end tests share. Sourcing it puts the test into namespaces of its own (see
# tools/lib/sandbox.sh for the picture); everything goes when the test ends.
set -Eeuo pipefail
trap 'echo "$(basename "$0"): line $LINENO: failed: $BASH_COMMAND" >&2' ERR
. "$(dirname "${BASH_SOURCE[0]}")/../../tools/lib/say.sh"
. "$SALLYPORT_ROOT/tools/lib/sandbox.sh"
. "$SALLYPORT_ROOT/tools/lib/stack.sh"
unset http_proxy https_proxy all_proxy HTTPS_PROXY ALL_PROXY
enter_sandbox "$@"

edge=https://192.0.2.1:8443
edge6='https://[2001:db8::1]:8443'

# start_edge [NAME=VALUE…]: sandbox, certificate, upstream and agent, configured as write_config
# is told.
start_edge() {
	make_sandbox
	make_certificate 192.0.2.1 2001:db8::1 127.0.0.1
	start_nginx 9000
	write_config "$@"
	start_agent
}

# make_users TENANT NAME…
make_users() {
	local tenant=$1 name
	cli tenant create "$tenant" >/dev/null
	for name in "${@:2}"; do
		cli user create "$tenant/$name" >/dev/null
	done
}

# http KEY [CURL-OPTION… | URL]: one request from the client with that key ("-": with none).
# Prints the status, 000 for no answer. The body is in $scratch/body, the head in $scratch/head;
# curl's exit status and the time at which TCP was connected (0: never) in $scratch/curl.end.
http() {
	local key=() status=0
	[ "$1" = - ] || key=(-H "@$scratch/$1.header")
	shift
	case " $*" in
	*" http://"* | *" https://"*) ;;
	*) set -- "$@" "$edge/" ;;
	esac
	: >"$scratch/body"
	: >"$scratch/head"
	client curl -s -S -g --noproxy '*' --cacert "$scratch/tls.pem" --connect-timeout 10 \
		--max-time 20 -D "$scratch/head" -o "$scratch/body" "${key[@]}" \
		-w '%{http_code} %{time_connect}' "$@" >"$scratch/curl.out" 2>"$scratch/curl.err" || status=$?
	echo "$status $(cut -d' ' -f2 "$scratch/curl.out")" >"$scratch/curl.end"
	cut -d' ' -f1 "$scratch/curl.out"
}

# What a request that got no answer met. 28 and never connected: the SYN was dropped.
was_silenced() { [ "$(cat "$scratch/curl.end")" = "28 0.000000" ]; }
was_refused() { [ "$(cut -d' ' -f1 "$scratch/curl.end")" = 7 ]; }

# expect_http CODE KEY [CURL-OPTION… | URL]
expect_http() {
	local wanted=$1 got
	shift
	got=$(http "$@")
	[ "$got" = "$wanted" ] || fail "got HTTP $got instead of $wanted for: $*" \
		"$(head -c 300 "$scratch/body" "$scratch/curl.err" | tr '\n' ' ')"
}

# expect_problem CODE: the last body was application/problem+json and named this check.
expect_problem() {
	grep -qi '^content-type: application/problem+json' "$scratch/head" ||
		fail "the refusal is not application/problem+json" "$(cat "$scratch/head")"
	[ "$(jq -r .code "$scratch/body")" = "$1" ] ||
		fail "the refusal does not say $1" "$(cat "$scratch/body")"
}

# The kernel drops the SYN: nothing comes back, not even a refusal.
expect_no_answer() {
	local got
	got=$(http "$@" --connect-timeout 1)
	was_silenced || fail "got HTTP $got instead of silence for: $*" "curl: $(cat "$scratch/curl.err")"
}

# The inner door closes what the outer door let through.
expect_closed() {
	local got
	got=$(http "$@")
	[ "$got" = 000 ] || fail "got HTTP $got instead of a closed connection for: $*"
	! was_silenced || fail "the SYN was dropped instead of the connection closed for: $*"
}

# counter VERDICT [FIELD]: of the outer door; packets unless another field is named.
counter() {
	cli counters -o json |
		jq -e --arg verdict "$1" --arg field "${2:-packets}" \
			'.packets[] | select(.verdict == $verdict) | .[$field]'
}

# check_counter CODE: of the inner door, by the code of the check ("allowed": none refused).
check_counter() {
	cli counters -o json | jq -e --arg name "$1" '.checks[] | select(.name == $name) | .value'
}

counter_is_at_least() { [ "$(counter "$1" "${3:-packets}")" -ge "$2" ]; }

# expect_counter VERDICT at-least|exactly N [FIELD]
expect_counter() {
	local verdict=$1 how=$2 wanted=$3 field=${4:-packets} got
	[ "$how" = exactly ] || wait_until 30 counter_is_at_least "$verdict" "$wanted" "$field" || true
	got=$(counter "$verdict" "$field")
	case $how in
	at-least) [ "$got" -ge "$wanted" ] ;;
	exactly) [ "$got" -eq "$wanted" ] ;;
	esac || fail "$field of $verdict: $got, not $how $wanted"
}

# expect_equal WHAT GOT WANTED
expect_equal() { [ "$2" = "$3" ] || fail "$1: got '$2' instead of '$3'"; }

# expect_status WANTED COMMAND…: its exit status; what it printed is in $scratch/output.
expect_status() {
	local wanted=$1 got=0
	shift
	"$@" >"$scratch/output" 2>&1 </dev/null || got=$?
	[ "$got" -eq "$wanted" ] ||
		fail "exit status $got instead of $wanted from: $*" "$(tail -n 5 "$scratch/output")"
}

# expect_said PATTERN: the last expect_status's command printed a line like this.
expect_said() {
	grep -qE -- "$1" "$scratch/output" || fail "nothing like '$1' was said" "$(cat "$scratch/output")"
}

# start_wrk KEY NAME SECONDS CONNECTIONS [PATH]: load from the client in the background; wrk's
# report is in $scratch/NAME.wrk, its process in $wrk_pid. The key is read from a file.
start_wrk() {
	local file=$scratch/$2.lua
	(umask 077 && printf 'wrk.headers["X-Api-Key"] = "%s"\n' "$(sed 's/.*: //' "$scratch/$1.header")" \
		>"$file")
	client wrk -t 1 -c "$4" -d "$3s" -s "$file" "$edge${5:-/quiet}" >"$scratch/$2.wrk" 2>&1 &
	wrk_pid=$!
}

# live_sockets [PORT]: identities of the sockets on which the terminator serves clients.
# ss grumbles about cgroups, which our /sys does not show.
live_sockets() { ss -Htne state established "( sport = :${1:-8443} )" 2>/dev/null | grep -o 'sk:[0-9a-f]*' | sort; }

# live_sockets_are -eq|-ge N
live_sockets_are() { test "$(live_sockets | wc -l)" "$1" "$2"; }

# take_resets: frames that XDP sends back from one end of a veth pair wait in the other end's ring
# until that end has a program of its own, or until something else comes in (Linux 5.13 to 6.18).
take_resets() {
	printf '%s\n' '#define SEC(name) __attribute__((section(name), used))' \
		'SEC("xdp") int pass(void *context) { (void)context; return 2; /* XDP_PASS */ }' |
		clang-14 -target bpf -O2 -x c -c - -o "$scratch/pass.o"
	bpftool prog load "$scratch/pass.o" /sys/fs/bpf/pass type xdp
	client bpftool net attach xdpdrv pinned /sys/fs/bpf/pass dev c0
}

# expect_late_drops VERDICT PORT: what still comes on that connection dies in the kernel.
expect_late_drops() {
	local before
	before=$(counter "$1")
	send_late "$2" 1000
	expect_counter "$1" at-least $((before + 1000))
}

# bound_are -eq|-ge N: connections on which a key has been accepted, as the kernel knows them.
bound_are() {
	test "$(cli status -o json | jq '.tables[] | select(.name == "connections") | .used')" "$1" "$2"
}

# Whether libxdp can make a dispatcher here.
has_freplace() {
	local features
	features=$(bpftool feature probe kernel 2>/dev/null) || true
	[[ $features == *'program_type ext is available'* ]]
}
