#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The kernel's tables are full: the inner door does the whole job, and the agent says so. Nothing
# is dropped for want of room, and nothing that was revoked or banned gets through.
. "$(dirname "$0")/lib.sh"

start_edge capacity='sources: 2, connections: 2, key_slots: 2'
make_users acme alice
for key in one two three; do new_key "$key" acme/alice; done

# Slot 0 is the offenders', so one key has a slot and the others have none.
for key in one two three; do expect_http 200 "$key"; done
hold_connection three 20001
hold_connection two 20002

for source in 203.0.113.1 203.0.113.2; do cli ban add "$source" >/dev/null; done
cli ban add 192.0.2.8 -o json >"$scratch/receipt"
jq -e '.kernel_done | not' "$scratch/receipt" >/dev/null ||
	fail "the receipt says that a full table took the ban" "$(cat "$scratch/receipt")"
expect_closed three --interface 192.0.2.8

cli key revoke "$(key_id three)" >/dev/null
expect_http 401 three
expect_http 200 two
expect_equal "connections that are left" "$(live_ports | tr '\n' ' ')" "20002 "

agent_counter() { cli counters -o json | jq ".agent[] | select(.name == \"$1\") | .value"; }
for name in slots_refused bans_failed; do
	[ "$(agent_counter "$name")" -ge 1 ] || fail "$name was not counted" "$(cli counters)"
done
wait_until 10 grep -q "tables did not take .* keys, the inner door judges them alone" \
	"$scratch/agent.log" || fail "the agent does not say that its tables are full"
grep -q 'sp_sources is full at 2 rows; raise its capacity' "$scratch/agent.log" ||
	fail "the agent does not say that the table of sources is full"
cli status -o json >"$scratch/status"
expect_equal "what status says of the full tables" "$(jq -r '.tables[] |
	select(.name == "sources" or .name == "key_slots") | "\(.name) \(.percent) \(.pressure)"' \
	"$scratch/status" | sort | tr '\n' ' ')" "key_slots 100 full sources 100 full "
