#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A service in clear: a revoked key is refused in the kernel, with a reset, before the inner door
# hears of it; what the kernel can't tell for sure is refused by the inner door.
. "$(dirname "$0")/lib.sh"

plain=http://192.0.2.1:8080

start_edge cleartext=192.0.2.1:8080
take_resets
make_users acme alice bob carol
for user in alice bob carol; do new_key "$user" "acme/$user"; done

# expect_reset KEY [CURL-OPTION…]: the connection was made, and ended by a reset.
expect_reset() {
	local got
	got=$(http "$@" "$plain/")
	[ "$got" = 000 ] || fail "got HTTP $got instead of a reset for: $*"
	expect_equal "curl's status for $*" "$(cut -d' ' -f1 "$scratch/curl.end")" 56
}

# first_bytes KEY FILE: a new connection that begins with the file; prints the status line.
first_bytes() {
	client python3 - "$1" <<-'PYTHON'
		import socket, sys
		link = socket.create_connection(("192.0.2.1", 8080), timeout=10)
		link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
		for part in open(sys.argv[1], "rb").read().split(b"|"):
		    link.sendall(part)
		    import time; time.sleep(0.2)
		print(link.recv(4096).decode().split("\r\n")[0])
	PYTHON
}

expect_http 200 alice "$plain/"
expect_http 200 bob "$plain/"
expect_equal "denied keys" "$(cli status -o json | jq '.tables[] | select(.name == "denied_keys") | .used')" 0

cli key revoke "$(key_id alice)" >/dev/null
expect_reset alice
expect_reset alice -X POST --data-binary "@$scratch/tls.pem"
(umask 077 && sed 's/X-Api-Key: /authorization: bearer /' "$scratch/alice.header" >"$scratch/alice2.header")
expect_reset alice2
expect_http 200 bob "$plain/"
expect_counter DROP_KEY_DENIED at-least 3
expect_counter DROP_KEY_DENIED at-least 3 resets
expect_equal "revoked keys that the inner door met" "$(check_counter revoked-key)" 0

# A head in two segments, and one that is followed by another request: the inner door's.
revoked=$(sed 's/.*: //' "$scratch/alice.header")
before=$(counter DROP_KEY_DENIED)
(umask 077 && printf 'GET / HTTP/1.1\r\nHost: a\r\nX-Api-|Key: %s\r\n\r\n' "$revoked" >"$scratch/split")
expect_equal "the answer to a split head" "$(first_bytes "$scratch/split")" "HTTP/1.1 401 Unauthorized"
(umask 077 && printf 'GET / HTTP/1.1\r\nHost: a\r\nX-Api-Key: %s\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n' \
	"$revoked" >"$scratch/two")
expect_equal "the answer to two requests" "$(first_bytes "$scratch/two")" "HTTP/1.1 401 Unauthorized"
expect_equal "revoked keys that the inner door met" "$(check_counter revoked-key)" 2
expect_counter DROP_KEY_DENIED exactly "$before"

# With its user a key goes too, also one that was never used here.
cli user remove acme/carol >/dev/null
expect_reset carol
expect_equal "inactive users that the inner door met" "$(check_counter inactive-user)" 0

# The agent that follows a killed one finds its verdicts in force.
kill_agent
start_agent
expect_reset alice
expect_http 200 bob "$plain/"
expect_equal "denied keys" "$(cli status -o json | jq '.tables[] | select(.name == "denied_keys") | .used')" 2

# Observed: counted, and refused by the inner door alone.
cli mode observe >/dev/null
expect_http 401 alice "$plain/"
expect_counter DROP_KEY_DENIED at-least 1 observed_packets
