# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# The runner can fail: each scenario of selftest/ ends badly in a way of its own, and must be told as
# what it is.

# self_test KERNEL
self_test() {
	local scenario words said since outcome=0
	said=$VM_CACHE/selftest.log
	VM_SCENARIOS=selftest
	for scenario in $(scenarios_there_are); do
		words=$(table selftest/scenarios.txt | awk -v name="$scenario" '$1 == name' |
			sed -E 's/^([^ ]+ +){5}//')
		since=$SECONDS
		if run_scenario "$1" "$scenario" >"$said" 2>&1; then
			say "FAILED  $scenario: was taken for a success"
			outcome=1
		elif ! grep -qF -- "$words" "$said"; then
			say "FAILED  $scenario: nothing like '$words' was said"
			cat "$said"
			outcome=1
		else
			say "fails as it should: $scenario ($words; $((SECONDS - since)) s)"
		fi
	done
	return "$outcome"
}
