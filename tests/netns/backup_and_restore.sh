#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The registry survives its disk: a backup is made while requests are served, is looked through, and
# goes back once the agent is stopped; what is damaged is refused and named.
. "$(dirname "$0")/lib.sh"

start_edge
make_users acme alice
new_key alice acme/alice
start_wrk alice load 3 4
(umask 022 && cli backup "$scratch/backup.db" >"$scratch/output")
expect_said '^backed up the registry to .*/backup.db, [0-9]+ bytes$'
head=$(sed -n 's/^  audit head  *//p' "$scratch/output")
expect_equal "mode of the backup" "$(stat -c %a "$scratch/backup.db")" 600
expect_equal "what else is there" "$(find "$scratch" -maxdepth 1 -name 'backup.db*' -o -maxdepth 1 -name '*.copy' | wc -l)" 1
wait "$wrk_pid"
! grep -q 'Non-2xx' "$scratch/load.wrk" || fail "requests failed meanwhile" "$(cat "$scratch/load.wrk")"
grep -qF "$(cut -d_ -f4 "$scratch/alice.header")" "$scratch/backup.db" && fail "a secret is in the backup"
expect_status 2 cli backup "$scratch/absent/backup.db"
expect_said 'cannot write the backup'

agentd() { "$SALLYPORTD" --config "$scratch/sallyport.yaml" "$@"; }

# While the agent runs, the store is its own.
cli user create acme/bob >/dev/null
new_key bob acme/bob
expect_status 2 agentd --check-store
expect_said 'is in use by another process'
expect_status 2 agentd --restore "$scratch/backup.db"
expect_said 'stop the agent first'
expect_status 0 agentd --check-store "$scratch/backup.db"
expect_said "audit head   $head"
expect_http 200 bob
stop_agent
expect_status 0 agentd --check-store

# A damaged backup is not taken, and the disk that lost the store gets it back.
head -c 20000 "$scratch/backup.db" >"$scratch/cut.db"
cp "$scratch/sallyport.db" "$scratch/before.db"
got=0
agentd --restore "$scratch/cut.db" >"$scratch/output" 2>&1 || got=$?
[ "$got" -ne 0 ] || fail "a damaged backup was taken"
cmp -s "$scratch/sallyport.db" "$scratch/before.db" || fail "a refused restore changed the store"
expect_status 0 agentd --restore "$scratch/backup.db"
expect_said '^  the former one is .*/sallyport.db.replaced$'
expect_status 0 agentd --check-store "$scratch/sallyport.db.replaced"
start_agent
expect_status 0 cli audit verify --expect "$head"
expect_http 200 alice
expect_http 401 bob

# A row that was edited away is found.
stop_agent
python3 - "$scratch/sallyport.db" <<-'END'
	import sqlite3, sys
	database = sqlite3.connect(sys.argv[1])
	database.execute("DROP TRIGGER log_is_not_cut")
	database.execute("DELETE FROM changes WHERE revision = 2")
	database.commit()
END
expect_status 1 agentd --check-store
expect_said 'a revision is missing: after 2'
