#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What testssl.sh thinks of the inner door: protocols, ciphers, forward secrecy, certificate and
# every vulnerability that it knows, with no finding above "low".
. "$(dirname "$0")/lib.sh"

command -v testssl >/dev/null || fail "testssl.sh is missing" "tools/install-packages test"

# examine NAME OPTION…: its findings are in $scratch/NAME.json.
examine() {
	client testssl --quiet --color 0 --warnings off --ip one --nodns min "${@:2}" \
		--jsonfile "$scratch/$1.json" https://192.0.2.1:8443 >"$scratch/$1.out" 2>&1 || true
	jq -e 'length > 10' "$scratch/$1.json" >/dev/null 2>&1 ||
		fail "testssl.sh found out nothing" "$(tail -n 5 "$scratch/$1.out")"
}
# serious NAME: what is worse than low.
serious() {
	jq -r '.[] | select(.severity | IN("MEDIUM", "HIGH", "CRITICAL", "FATAL"))
		| "\(.severity) \(.id): \(.finding)"' "$scratch/$1.json"
}

start_edge

# It does find what is there: nobody vouches for this certificate, which ends tomorrow.
examine alone --server-defaults
serious alone | grep -q '^CRITICAL cert_chain_of_trust' ||
	fail "testssl.sh saw no fault in a self-signed certificate" "$(serious alone)"

# One that an authority has signed, as a site would have it.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 300 -subj "/CN=a root" \
	-keyout "$scratch/ca.key" -out "$scratch/ca.pem" 2>"$scratch/openssl.log"
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=192.0.2.1 \
	-keyout "$scratch/tls.key" -out "$scratch/tls.csr" 2>>"$scratch/openssl.log"
printf '%s\n' subjectAltName=IP:192.0.2.1 extendedKeyUsage=serverAuth \
	crlDistributionPoints=URI:http://192.0.2.1/ca.crl >"$scratch/leaf.ext"
openssl x509 -req -in "$scratch/tls.csr" -CA "$scratch/ca.pem" -CAkey "$scratch/ca.key" \
	-CAcreateserial -days 89 -extfile "$scratch/leaf.ext" -out "$scratch/leaf.pem" 2>>"$scratch/openssl.log"
cat "$scratch/leaf.pem" "$scratch/ca.pem" >"$scratch/tls.pem"
kill -HUP "$agent_pid"
wait_until 20 grep -q 'read the certificates of api6,' "$scratch/agent.log" ||
	fail "the agent did not read the new certificate" "$(tail -n 2 "$scratch/agent.log")"

examine whole --add-ca "$scratch/ca.pem" --protocols --fs --server-preference --server-defaults --vulnerable
[ -z "$(serious whole)" ] || fail "testssl.sh found" "$(serious whole)"
for found in heartbleed ROBOT BREACH TLS1_3 PFS; do
	jq -e --arg id "$found" 'any(.[]; .id == $id and .severity == "OK")' "$scratch/whole.json" >/dev/null ||
		fail "testssl.sh says nothing good of $found" "$(jq -c --arg id "$found" '.[] | select(.id == $id)' "$scratch/whole.json")"
done
