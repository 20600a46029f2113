# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What is tried: our programs without their debugging symbols, and the scripts, on a disk that the
# guest mounts where the tree lies here, so that every path in them holds.

PAYLOAD_PROGRAMS='agent/sallyportd control/cli/sallyport tools/trafficgen/sp-trafficgen tests/datapath/datapath_*'

# make_package SCENARIO…: for those that install it.
make_package() {
	local scenario
	for scenario in "$@"; do
		if scenario_guests "$scenario" | grep -q ' systemd '; then
			SALLYPORT_BUILD=$SALLYPORT_BUILD "$SALLYPORT_ROOT/tools/package" || exit 1
			return
		fi
	done
}

# make_payload FILE
make_payload() {
	local tree=$VM_CACHE/payload.d build program
	rm -rf "$tree"
	build=$tree/${SALLYPORT_BUILD#"$SALLYPORT_ROOT"/}
	mkdir -p "$build/bpf"
	# shellcheck disable=SC2086  # patterns
	while read -r program; do
		mkdir -p "$build/$(dirname "$program")"
		strip -o "$build/$program" "$SALLYPORT_BUILD/$program" || fail "$program can't be read"
	done < <(cd "$SALLYPORT_BUILD" && find $PAYLOAD_PROGRAMS -maxdepth 0 -type f -executable)
	[ -x "$build/agent/sallyportd" ] || fail "there is no sallyportd in $SALLYPORT_BUILD" "tools/build"
	cp "$SALLYPORT_BUILD"/bpf/*.bpf.o "$build/bpf/"
	[ ! -d "$SALLYPORT_BUILD/package" ] || install -D -t "$build/package" "$SALLYPORT_BUILD"/package/*.deb
	(cd "$SALLYPORT_ROOT" && cp -r --parents vm-tests tests/netns tools/lib "$tree/")
	make_disk "$1" $((64 + $(du -sm "$tree" | cut -f1) * 5 / 4)) "$tree"
	rm -rf "$tree"
}
