#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Whatever is wrong on a command line is said in words that help; exit status 1 for a negative
# answer, 2 for an error; nothing is changed by it.
. "$(dirname "$0")/lib.sh"

start_edge
make_users acme alice
new_key alice acme/alice
before=$(cli status -o json | jq .revision)
long=$(printf 'a%.0s' $(seq 1 65))
huge=$(printf 'a%.0s' $(seq 1 100000))

# bad STATUS PATTERN ARGUMENT…: the command fails with that status and says something like that.
count=0
bad() {
	local status=$1 pattern=$2
	shift 2
	expect_status "$status" cli "$@"
	expect_said "$pattern"
	! grep -qiE 'terminate called|exception|core dumped|grpc' "$scratch/output" ||
		fail "that is no message for people" "$(cat "$scratch/output")"
	count=$((count + 1))
}

bad 2 'frobnicate' frobnicate
bad 2 'frobnicate' key frobnicate
bad 2 '' key
bad 2 '[Uu]nknown|[Nn]ot expected|no such' status --frobnicate
bad 2 'xml' status -o xml
bad 2 '' tenant create
bad 2 '' key create
bad 2 '' user create acme
bad 1 'acme' tenant create acme
bad 1 'acme/alice' user create acme/alice
bad 1 'nowhere' user create nowhere/bob
bad 1 'nobody' user remove acme/nobody
bad 1 'nobody' key create acme/nobody
bad 1 'nowhere' key create nowhere/alice
bad 1 'Nonesuch' key revoke Nonesuch
bad 1 'Nonesuch' key show Nonesuch
bad 2 'abc' key create acme/alice --limit abc
bad 2 '' key create acme/alice --limit -5/s
bad 2 'env' key create acme/alice --env 'Not Allowed'
bad 2 'name' tenant create 'two words'
bad 2 'name' tenant create '../../etc/passwd'
bad 2 'name' tenant create $'line\nbreak'
bad 2 'name' tenant create -- -rf
bad 2 'name' tenant create ''
bad 2 'name' tenant create "$long"
bad 2 'too long' tenant create "$huge"
bad 2 'TENANT/USER' user create 'acme/acme/alice'
bad 2 '300.1.1.1' ban add 300.1.1.1
bad 2 'example' ban add example.net
bad 2 'soon' ban add 192.0.2.77 --for soon
bad 1 '192.0.2.77' ban remove 192.0.2.77
bad 2 'sometimes' mode sometimes
bad 1 'nonesuch' mode enforce --service nonesuch

expect_status 2 "$SALLYPORT" --socket "$scratch/nowhere" status
expect_said 'cannot reach the agent at .*nowhere'
expect_said 'sallyportd'
expect_status 2 "$SALLYPORT" --socket "$scratch/tls.pem" status
: >"$scratch/full"
expect_equal "exit status where nothing can be written" \
	"$(cli key list >/dev/full 2>"$scratch/output" && echo 0 || echo $?)" 2
[ "$count" -ge 30 ] || fail "only $count bad inputs were tried"

expect_equal "the revision after all of it" "$(cli status -o json | jq .revision)" "$before"
expect_http 200 alice
stop_agent
expect_status 2 cli status
expect_said 'cannot reach the agent'
