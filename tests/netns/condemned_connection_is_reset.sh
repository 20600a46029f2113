#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Where the service wants it, what still comes on a condemned connection is answered by a reset
# that the client's own kernel takes, so often and no oftener.
. "$(dirname "$0")/lib.sh"

start_edge extra='on_condemned: reset' resets=200
take_resets
make_users acme alice
new_key alice acme/alice
hold_connection alice 20001
cli key revoke "$(key_id alice)" >/dev/null

# The inner door has cut it with a reset of its own. Late packets come at 20,000 a second:
before=$(counter DROP_KEY_REVOKED)
send_late 20001 10000
expect_counter DROP_KEY_REVOKED at-least $((before + 5000))
resets=$(counter DROP_KEY_REVOKED resets)
[ "$resets" -ge 200 ] || fail "only $resets resets were sent, their burst is 200"
[ "$resets" -le 2000 ] || fail "$resets resets were sent in half a second, at most 200 a second are wanted"

# The client's kernel has seen them come in.
arrived=$(client nstat -az TcpInSegs | sed -n 's/^TcpInSegs *\([0-9]*\).*/\1/p')
[ "$arrived" -ge "$resets" ] || fail "$resets resets were sent, $arrived segments arrived"
errors=$(client nstat -az TcpInCsumErrors | sed -n 's/^TcpInCsumErrors *\([0-9]*\).*/\1/p')
expect_equal "segments with a wrong checksum" "$errors" 0
