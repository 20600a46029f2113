# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Plays stories of tests/netns. One that skips itself is a failure: it is played here because this
# kernel has what it needs.

# play STORY…: ends the scenario.
play() {
	local story status failed=0
	for story in "$@"; do
		status=0
		"$SALLYPORT_ROOT/tests/netns/$story.sh" || status=$?
		case $status in
		0) tell "$story: passed" ;;
		77) tell "$story: FAILED: it skipped itself" ;;
		*) tell "$story: FAILED (status $status)" ;;
		esac
		[ "$status" -eq 0 ] || failed=1
	done
	exit "$failed"
}
