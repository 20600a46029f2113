#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The manual page renders without a warning, and the completion completes in a real bash.
set -euo pipefail

command -v groff >/dev/null || { echo "needs groff"; exit 77; }
sallyport=$SALLYPORT_BUILD/control/cli/sallyport
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

fail() {
	printf 'FAILED: %s\n' "$@"
	failures=$((failures + 1))
}

"$sallyport" man >"$scratch/sallyport.8"
groff -man -Tutf8 -ww -z "$scratch/sallyport.8" 2>"$scratch/warnings"
[ ! -s "$scratch/warnings" ] || fail "the manual page warns" "$(cat "$scratch/warnings")"
groff -man -Tascii -P-cbou "$scratch/sallyport.8" >"$scratch/page"
for text in 'key revoke ID' '--socket PATH' 'EXIT STATUS' 'SALLYPORT_SOCKET'; do
	grep -qF -e "$text" "$scratch/page" || fail "the manual page lacks: $text"
done

# An agent's answers, without the agent: the completion asks the program that is being completed.
cat >"$scratch/sallyport" <<'END'
#!/bin/sh
printf '%s\n' "$*" >>"$(dirname "$0")/asked"
case "$*" in
	*"key list -q --state active"*) printf 'Xy12AbCd\nZz99QqQq\n' ;;
	*"user list -q"*) printf 'acme/alice\nacme/bob\n' ;;
	*"tenant list -q"*) printf 'acme\nother\n' ;;
esac
END
chmod +x "$scratch/sallyport"
"$sallyport" completion bash >"$scratch/completion"
bash -n "$scratch/completion"

# completed WORD…: what the last word could become, in one line.
completed() {
	bash -c '
		compopt() { :; }
		. "$1"
		shift
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		_sallyport
		echo "${COMPREPLY[*]}"' - "$scratch/completion" "$scratch/sallyport" "$@"
}

expect() {
	local expected=$1 got
	shift
	got=$(completed "$@")
	[ "$got" = "$expected" ] || fail "completing: sallyport $*" "expected: $expected" "     got: $got"
}

expect 'tenant' te
expect '--socket' --so
expect '--output' key --o
expect 'create list suspend resume remove' tenant ''
expect '--quiet' ban list --q
expect 'create list show set suspend resume expire rotate transfer revoke scan report-leak' key ''
expect 'revoke' key rev
expect '--state' key list --st
expect '--state' key list --tenant acme --st
expect 'active suspended expired revoked' key list --state ''
expect 'table json' status -o ''
expect 'json' status --output j
expect 'off observe enforce' mode ''
expect 'enforce' mode --service api en
expect 'bash' completion ''
expect 'Xy12AbCd Zz99QqQq' key revoke ''
expect 'Zz99QqQq' key show Z
expect 'acme/alice acme/bob' key create ''
expect 'acme/bob' user remove acme/b
expect 'acme other' user list --tenant ''
expect '' key create acme/alice --limit ''
expect '' --socket ''
expect '' user create ''
expect 'counters' --socket "$scratch/s" -o json cou
expect '--reason' key revoke Xy12AbCd --rea

: >"$scratch/asked"
expect 'Xy12AbCd' --socket "$scratch/other.sock" key show X
grep -qF -- "--socket $scratch/other.sock --timeout 2s key list -q" "$scratch/asked" ||
	fail "the completion asks another agent" "$(cat "$scratch/asked")"

[ "$failures" = 0 ]
