# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Plays stories of tests/netns. One that skips itself is a failure: it is played here because this
# kernel has what it needs.

# play STORY…: status 0 only if all passed.
play() {
	local story status since failed=0
	for story in "$@"; do
		status=0
		since=$SECONDS
		"$SALLYPORT_ROOT/tests/netns/$story.sh" || status=$?
		case $status in
		0) tell "$story: passed ($((SECONDS - since)) s)" ;;
		77) tell "$story: FAILED: it skipped itself" ;;
		*) tell "$story: FAILED (status $status)" ;;
		esac
		[ "$status" -eq 0 ] || failed=1
	done
	return "$failed"
}
