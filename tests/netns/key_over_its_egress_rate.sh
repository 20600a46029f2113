#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a key is sent is counted, and comes at its rate, by the inner door and, where fq keeps to
# departure times, by the kernel; other keys are not held. Without fq the operator is told.
. "$(dirname "$0")/lib.sh"

rate=2000000
size=4194304
start_edge egress=true
grep -q 'tc qdisc replace dev e0 root fq' "$scratch/agent.log" ||
	fail "the missing fq is not told" "$(grep e0 "$scratch/agent.log")"
if tc qdisc replace dev e0 root fq 2>/dev/null; then
	stop_agent
	: >"$scratch/agent.log"
	start_agent
	! grep -q 'root fq' "$scratch/agent.log" || fail "fq is there and was not seen"
else
	say "this kernel has no fq: what the kernel would delay goes at once"
fi

make_users acme alice
new_key free acme/alice
new_key held acme/alice --egress "${rate}/s"
cli key show "$(key_id held)" | grep -qx "egress      $rate/s" ||
	fail "key show does not tell the limit" "$(cli key show "$(key_id held)")"

now_ms() { date +%s%3N; }
# sent KEY FIELD-NUMBER: of "N bytes in N packets; N delayed, N dropped, by its limit"
sent() { cli explain "$(key_id "$1")" | sed -n 's/^ *sent *//p' | tr -d ',;' | cut -d' ' -f"$2"; }

# Half a second's worth comes at once, and nothing waits behind the last block.
download() { expect_http 200 "$1" "$edge/large"; }
start=$(now_ms)
download held
first=$(($(now_ms) - start))
least=$(((size - rate / 2 - 65536) * 1000 / rate))
[ "$first" -ge "$least" ] || fail "$size bytes came in $first ms, at $rate a second"
[ "$(stat -c %s "$scratch/body")" -eq "$size" ] || fail "the download is not whole"
[ "$(sent held 1)" -ge "$size" ] || fail "too little is counted" "$(cli explain "$(key_id held)")"
[ "$(sent held 6)" -ge 1 ] || fail "nothing was delayed" "$(cli explain "$(key_id held)")"

download free
expect_equal "frames of the other key that were held" "$(sent free 6)" 0
[ "$(sent free 1)" -ge "$size" ] || fail "too little is counted" "$(cli explain "$(key_id free)")"

# Without the kernel's help the outcome is the same.
cli mode off >/dev/null
before=$(sent held 1)
start=$(now_ms)
download held
took=$(($(now_ms) - start))
[ "$took" -ge "$least" ] || fail "$size bytes came in $took ms, at $rate a second"
expect_equal "bytes counted with the outer door off" "$(sent held 1)" "$before"
cli mode enforce >/dev/null

# The filter goes with us, and nothing else of the interface does.
stop_agent
[[ $(tc filter show dev e0 egress) == *sp_egress* ]] || fail "the program left with the agent"
"$SALLYPORTD" --config "$scratch/sallyport.yaml" --detach >"$scratch/detached"
grep -q 'TC filter from e0' "$scratch/detached" || fail "the filter was not taken off" "$(cat "$scratch/detached")"
[ -z "$(tc filter show dev e0 egress)" ] || fail "something is left" "$(tc filter show dev e0 egress)"
grep -q 'root fq' "$scratch/agent.log" && exit 0
# Not by grep -q at the end of a pipe: it leaves at once, and tc ends by SIGPIPE.
[[ $(tc qdisc show dev e0) == *"qdisc fq"* ]] ||
	fail "the operator's fq is gone" "$(tc qdisc show dev e0)"
