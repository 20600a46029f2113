# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Words for people. Sourced by the tools and by the end-to-end tests.

SALLYPORT_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
SALLYPORT_BUILD=${SALLYPORT_BUILD:-$SALLYPORT_ROOT/build/release}

say() { printf '%s\n' "$*"; }
step() { printf '\n==> %s\n' "$*"; }

# fail MESSAGE [WHAT TO DO NEXT]
fail() {
	printf '%s: %s\n' "$(basename "$0")" "${1:0:1000}" >&2
	[ $# -lt 2 ] || printf '  %s\n' "${2:0:1000}" >&2
	exit 1
}

# Exit status 77 tells ctest "skipped": only for something that was probed and is lacking here.
skip() {
	printf '%s: skipped: %s\n' "$(basename "$0")" "$1" >&2
	exit 77
}

# wait_until SECONDS COMMAND…: polls until the command succeeds; its status says whether it did.
wait_until() {
	local deadline=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$deadline" ] || return 1
		sleep 0.05
	done
}
