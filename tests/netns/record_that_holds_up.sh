#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every act and every refused one is in the audit log with who, what and why; changes can be waited
# for and followed; an edit of the store's file behind the agent's back is found.
. "$(dirname "$0")/lib.sh"

start_edge
make_users acme alice
new_key alice acme/alice
id=$(key_id alice)

# A follower sees a change once kernel and terminator have it.
cli changes --follow --from 4 -o json >"$scratch/followed" &
follower=$!
hold_connection alice 20001
cli wait --revision 4 --timeout 60s >"$scratch/waited" &
waiter=$!
cli key revoke "$id" --reason 'left the company' >/dev/null
wait "$waiter" || fail "the revision was not waited for" "$(cat "$scratch/waited")"
followed() { grep -q '"reason":"left the company"' "$scratch/followed"; }
wait_until 10 followed || fail "the change was not followed" "$(cat "$scratch/followed")"
expect_equal "what was followed" \
	"$(jq -r '[.revision, .verb, .subject, .actor] | join(" ")' "$scratch/followed")" \
	"4 revoke $id uid 0"
expect_status 1 cli --timeout 1s wait --revision 5
expect_said 'revision 5 has not come within 1 s'

# What was refused is recorded too, and a whole key where an id belongs is not.
expect_status 1 cli key resume "$id" --reason 'a mistake'
expect_status 1 cli user create acme/alice
expect_equal "what was refused" \
	"$(cli audit log --refused -o json | jq -r '[.records[] | .verb + " " + .subject] | join(", ")')" \
	"resume $id, create acme/alice"
expect_equal "who revoked and why" \
	"$(cli audit log -o json | jq -r '.records[] | select(.verb == "revoke") | .actor + ": " + .reason')" \
	'uid 0: left the company'

# A key that turns up somewhere is found, and revoked by what it was found in.
cli user create acme/carol >/dev/null
new_key carol acme/carol
hold_connection carol 20002
(umask 077 && printf 'config:\n  key: %s\n' "$(sed 's/.*: //' "$scratch/carol.header")" >"$scratch/leak.yaml")
expect_status 1 cli key scan "$scratch/tls.pem" "$scratch/leak.yaml"
expect_said "leak.yaml:2: key $(key_id carol) \\(live\\)\$"
cli key report-leak "$scratch/leak.yaml" >"$scratch/output"
expect_said "^revoked key $(key_id carol)\$"
! grep -q "$(cut -d_ -f4 "$scratch/carol.header")" "$scratch/output" || fail "the secret was shown"
expect_late_drops DROP_KEY_REVOKED 20002
expect_http 401 carol

# Pages of keys go on where the last one ended.
cli user create acme/bob >/dev/null
for _ in 1 2 3 4 5; do cli key create acme/bob -q >/dev/null; done
all=$(cli key list -q --state active)
first=$(cli key list -q --state active --limit 2)
expect_equal "both pages together" \
	"$first"$'\n'"$(cli key list -q --state active --after "$(tail -1 <<<"$first")")" "$all"
expect_equal "keys that end soon" "$(cli key list -q --expiring-before 1d | wc -l)" 0
expect_equal "keys that end in a year" "$(cli key list -q --expiring-before 365d | wc -l)" 7

# The log is whole, and stays so over a restart; the agent's log keeps its head.
expect_status 0 cli audit verify
expect_said '^the audit log is whole: 15 records$'
head=$(sed -n 's/^head  //p' "$scratch/output")
kill "$follower" 2>/dev/null || true
stop_agent
start_agent
grep -q "the audit log's head is $head" "$scratch/agent.log" || fail "the head is not in the agent's log"
expect_status 0 cli audit verify --expect "$head"

# Somebody edits the file: a reason, then the tail cut away with all its traces.
stop_agent
cp "$scratch/sallyport.db" "$scratch/kept.db"
sql() {
	python3 - "$scratch/sallyport.db" "$1" <<-'END'
		import sqlite3, sys
		database = sqlite3.connect(sys.argv[1])
		for trigger in ("audit_is_not_rewritten", "audit_is_not_cut", "log_is_not_cut"):
		    database.execute("DROP TRIGGER " + trigger)
		database.executescript(sys.argv[2])
	END
}
sql "UPDATE audit SET actor = 'uid 7' WHERE verb = 'revoke'"
start_agent
expect_status 1 cli audit verify
expect_said 'not as it was written: record 4 was changed'
stop_agent
cp "$scratch/kept.db" "$scratch/sallyport.db"
sql "DELETE FROM audit WHERE sequence > 9; DELETE FROM changes WHERE revision > 7;
	UPDATE audit_head SET (sequence, hash) = (SELECT sequence, hash FROM audit WHERE sequence = 9)"
start_agent
expect_status 1 cli audit verify --expect "$head"
expect_said "record 15 is known from elsewhere"
stop_agent
cp "$scratch/kept.db" "$scratch/sallyport.db"
start_agent
expect_status 0 cli audit verify --expect "$head"
