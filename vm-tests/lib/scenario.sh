# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# One scenario on one kernel: its guests side by side, and their verdicts.

VM_SCENARIOS=scenarios # a folder: the scripts, and the table scenarios.txt

scenarios_there_are() { table "$VM_SCENARIOS/scenarios.txt" | awk '{ print $1 }' | uniq; }

# scenario_guests SCENARIO: lines "guest init MiB seconds".
scenario_guests() { table "$VM_SCENARIOS/scenarios.txt" | awk -v name="$1" '$1 == name { print $2, $3, $4, $5 }'; }

# run_scenario KERNEL SCENARIO: status 0 only if every guest gave its token. With the first that
# fails the others are ended too.
run_scenario() {
	local scenario=$2 guest init memory seconds nonce number=0 failed=0
	local guests=() apart=() nic=() network='' logs
	local -A pids=() limits=() nonces=()
	kernel_files=$(kernel_directory "$1")
	logs=$VM_CACHE/logs/$1/$scenario
	rm -rf "$logs"
	disk_options
	require_memory "$(scenario_guests "$scenario" | awk '{ sum += $3 } END { print sum + 256 }')"
	mapfile -t guests < <(scenario_guests "$scenario" | cut -d' ' -f1)
	if [ ${#guests[@]} -gt 1 ]; then
		make_network "${guests[@]}"
		apart=(nsenter "--net=/proc/$network/ns/net" --)
	fi
	while read -r guest init memory seconds; do
		number=$((number + 1))
		[ -z "$network" ] || network_options "$guest" "$number"
		nonce=$$-$RANDOM-$RANDOM
		start_qemu "$logs/$guest" "$memory" "sp.init=$init sp.nonce=$nonce sp.guest=$guest \
sp.scenario=$VM_SCENARIOS/$scenario sp.root=$SALLYPORT_ROOT sp.preset=$(basename "$SALLYPORT_BUILD")" \
			"${disks[@]}" "${nic[@]}"
		pids[$guest]=$qemu_pid
		limits[$guest]=$seconds
		nonces[$guest]=$nonce
	done < <(scenario_guests "$scenario")
	for guest in "${guests[@]}"; do
		[ "$failed" -eq 0 ] || break
		await_verdict "$logs/$guest" "${pids[$guest]}" "${nonces[$guest]}" "${limits[$guest]}" || failed=1
	done
	for guest in "${guests[@]}"; do end_qemu "${pids[$guest]}"; done
	end_network
	return "$failed"
}

# await_verdict DIRECTORY PID NONCE SECONDS: says the guest's notes, and on failure its last words.
await_verdict() {
	local outcome=0
	wait_until "$4" is_decided "$1" "$2" "$3" || : >"$1/late"
	sed -n 's/^note /    /p' "$1/verdict"
	has_token "$1" "$3" || outcome=1
	[ "$outcome" -eq 0 ] || {
		printf '%s\n' "--- guest $(basename "$1"): $(cause_of "$1" "$4"); the last lines of its console:"
		tail -n 25 "$1/console.log" | tr -d '\r'
		printf '%s\n' "--- the whole console is in $1/console.log"
	} >&2
	return "$outcome"
}

# A guest that has said its word may go on; one that is gone can say nothing more.
is_decided() { grep -qE "^SALLYPORT-VM-(SUCCESS|FAILURE) $3( |\$)" "$1/verdict" || is_gone "$2"; }
