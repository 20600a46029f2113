#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An operator moves in from another gateway: keys of any form, raw or by their SHA-256, work at the
# inner door once they are imported, are revoked like all others, and go into another agent whole.
. "$(dirname "$0")/lib.sh"

start_edge
# foreign NAME KEY: a header file with a key that is not of our form.
foreign() { (umask 077 && printf 'X-Api-Key: %s\n' "$2" >"$scratch/$1.header"); }
foreign alice 'kong-0123456789abcdefghij'
foreign bob 'Zm9yZWlnbitrZXkvd2l0aA=='
foreign jack 'apisix-auth-one-of-jack'
digest=$(printf %s 'Zm9yZWlnbitrZXkvd2l0aA==' | sha256sum | cut -d' ' -f1)

# A wrong line keeps all of them out, and is told by its number; none of its text is repeated.
cat >"$scratch/users.csv" <<-CSV
	tenant,user,digest,key,expires_at,note
	acme,bob,$digest,,90d,"from the old gateway, by hand"
	acme,carol,spk_live_oops,,,
CSV
expect_status 1 cli import "$scratch/users.csv"
expect_said 'users.csv:3: the digest is not a SHA-256; write 64 hexadecimal digits'
expect_said 'nothing was imported: 1 row can.t be'
! grep -q oops "$scratch/output" || fail "what may be a key was repeated" "$(cat "$scratch/output")"
expect_http 401 bob
expect_status 1 cli import "$scratch/users.csv" --keep-going
expect_said '^imported 1 key of 1 user \(1 new tenant, 1 new user, 1 row refused\)$'
expect_http 200 bob

# Raw keys come by file or standard input, from the other gateways' own files too.
cat >"$scratch/kong.yaml" <<-YAML
	_format_version: "3.0"
	consumers:
	- username: alice
	  keyauth_credentials:
	  - key: kong-0123456789abcdefghij
	- username: dora
YAML
expect_http 401 alice
expect_status 0 cli import "$scratch/kong.yaml" --format kong --tenant acme --dry-run
expect_said '^would import 1 key of 2 users'
expect_http 401 alice
cli import - --format kong --tenant acme <"$scratch/kong.yaml" >"$scratch/imported"
expect_http 200 alice
expect_equal "who is let through" "$(cat "$scratch/body")" "hello alice of acme"
cat >"$scratch/apisix.yaml" <<-YAML
	consumers:
	  - username: jack
	    plugins:
	      key-auth:
	        key: apisix-auth-one-of-jack
	#END
YAML
expect_status 0 cli import "$scratch/apisix.yaml" --format apisix --tenant beta
expect_http 200 jack

# Twice is once, also for a key that was revoked in between.
id=$(cli key list --user alice -q)
cli key revoke "$id" --reason 'moved on' >/dev/null
expect_http 401 alice
revision=$(cli status -o json | jq .revision)
expect_status 0 cli import "$scratch/kong.yaml" --format kong --tenant acme
expect_said '1 key there already'
expect_equal "revision" "$(cli status -o json | jq .revision)" "$revision"
expect_http 401 alice

# Another's key is not taken over.
sed 's/alice/mallory/' "$scratch/kong.yaml" >"$scratch/stolen.yaml"
expect_status 1 cli import "$scratch/stolen.yaml" --format kong --tenant acme
expect_said "stolen.yaml:5: the key is there already, as $id of acme/alice; sallyport key transfer"

# No raw key is anywhere: not in the store, not in what was said.
grep -qF 'kong-0123456789' "$scratch"/sallyport.db* "$scratch/imported" "$scratch/agent.log" &&
	fail "a raw key was kept"

# An export goes into an empty agent, and comes out of it the same.
cli export >"$scratch/all.csv"
cli export --format jsonl >"$scratch/all.jsonl"
expect_equal "keys of acme" "$(cli export --tenant acme | wc -l)" 3
cli audit verify >/dev/null
stop_agent
for form in csv jsonl; do
	rm -f "$scratch"/sallyport.db*
	start_agent
	expect_status 0 cli import "$scratch/all.$form"
	expect_equal "exported again" "$(cli export --format "$form" | sha256sum)" \
		"$(sha256sum <"$scratch/all.$form")"
	expect_http 200 bob
	expect_http 401 alice
	expect_status 0 cli audit verify
	stop_agent
done
