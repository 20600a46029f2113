# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Runs GoogleTest cases, each in a process of its own as ctest does, and counts. A case that skips is
# a failure unless a list says why it may.

skips=$SALLYPORT_ROOT/vm-tests/guest/skips.txt
ran=0
skipped=0
failed=0
test_output=/tmp/test-output

# cases EXECUTABLE FILTER: one name a line.
cases() {
	"$1" --gtest_list_tests --gtest_filter="$2" |
		awk '/^[^ ].*\.$/ { suite = $1 } /^  / { print suite $1 }'
}

# may_skip CASE: the reason, if the list has one.
may_skip() {
	local pattern reason
	while read -r pattern reason; do
		# shellcheck disable=SC2053  # a pattern
		if [[ $1 == $pattern ]]; then
			printf '%s\n' "$reason"
			return 0
		fi
	done < <(sed 's/#.*//' "$skips")
	return 1
}

# run_case EXECUTABLE CASE
run_case() {
	local reason since=$EPOCHREALTIME verdict=passed status=0
	ran=$((ran + 1))
	timeout 240 "$1" --gtest_color=no --gtest_filter="$2" >"$test_output" 2>&1 || status=$?
	if [ "$status" -ne 0 ]; then
		verdict="FAILED (status $status)"
		failed=$((failed + 1))
	elif grep -q '^\[  SKIPPED \]' "$test_output"; then
		if reason=$(may_skip "$2"); then
			verdict="skipped: $reason"
			skipped=$((skipped + 1))
		else
			verdict='FAILED: it skipped itself, and no list says that it may'
			failed=$((failed + 1))
		fi
	fi
	printf '%6d ms  %s  %s\n' $(((${EPOCHREALTIME/./} - ${since/./}) / 1000)) "$2" "$verdict"
	[[ $verdict != FAILED* ]] || {
		tell "$2: $verdict"
		tail -n 40 "$test_output"
	}
}

# run_cases EXECUTABLE FILTER
run_cases() {
	local name names
	mapfile -t names < <(cases "$1" "$2")
	[ ${#names[@]} -gt 0 ] || fail "$(basename "$1") has no such tests: $2"
	for name in "${names[@]}"; do run_case "$1" "$name"; done
}

# run_list FILE: the programs and cases that it names. Status 0 only if none failed.
run_list() {
	local program filter
	while read -r program filter; do
		run_cases "$SALLYPORT_BUILD/tests/datapath/$program" "$filter"
	done < <(sed -e 's/#.*//' -e '/^ *$/d' "$1")
	tell "$((ran - skipped - failed)) tests passed, $skipped skipped with a reason, $failed failed"
	return $((failed != 0))
}
