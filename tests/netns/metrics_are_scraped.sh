#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prometheus is told on loopback what both doors saw and how long a revocation took: well named, as the
# alerts and the dashboard ask for it, and with no more series when there are more keys and sources.
. "$(dirname "$0")/lib.sh"

# scrape: into $scratch/metrics
scrape() { curl -sSf -o "$scratch/metrics" http://127.0.0.1:9464/metrics; }

# series_is SERIES -ge|-eq N
series_is() {
	awk -v s="$1" '$1 == s { print int($2) }' "$scratch/metrics" | grep -q . || return 1
	test "$(awk -v s="$1" '$1 == s { print int($2) }' "$scratch/metrics")" "$2" "$3"
}

expect_series() {
	series_is "$@" || fail "not so: $*" "$(grep "^${1%%\{*}" "$scratch/metrics" | head -30)"
}

series() { grep -v '^#' "$scratch/metrics" | grep '^sallyport_' | sed 's/ [^ ]*$//' | sort; }

start_edge metrics=127.0.0.1:9464 events='sample: 1'
make_users acme alice bob
new_key alice acme/alice
expect_http 200 alice
expect_http 401 - # no key
scrape
series >"$scratch/before"

# More of everything that a client can choose: nothing new to remember.
new_key bob acme/bob
expect_http 200 bob
expect_http 200 bob "$edge/another/path?x=1" --interface 192.0.2.9
expect_http 401 - -H 'X-Api-Key: nonsense'
hold_connection alice 20001
cli key revoke "$(key_id alice)" >/dev/null
expect_late_drops DROP_KEY_REVOKED 20001
scrape
series >"$scratch/after"
diff "$scratch/before" "$scratch/after" >"$scratch/diff" ||
	fail "clients made new series" "$(cat "$scratch/diff")"
for secret in "$(key_id alice)" "$(key_id bob)" 192.0.2.7 192.0.2.9 another; do
	! grep -q "$secret" "$scratch/metrics" || fail "the metrics name $secret"
done

expect_series 'sallyport_requests_total{check="allowed"}' -ge 3
expect_series 'sallyport_requests_total{check="missing-key"}' -eq 1
expect_series 'sallyport_requests_total{check="unknown-key"}' -eq 1
expect_series 'sallyport_packets_total{verdict="DROP_KEY_REVOKED"}' -ge 1000
expect_series 'sallyport_connections_cut_total' -ge 1
expect_series 'sallyport_request_duration_seconds_count{service="api",end="refused"}' -eq 2
expect_series 'sallyport_request_duration_seconds_count{service="api",end="forwarded"}' -ge 3
expect_series 'sallyport_upstream_duration_seconds_count{service="api"}' -ge 3
expect_series 'sallyport_revocation_duration_seconds_count{until="kernel"}' -eq 1
expect_series 'sallyport_revocation_duration_seconds_bucket{until="terminator",le="+Inf"}' -eq 1
expect_series 'sallyport_interface_attached{interface="e0",mode="native"}' -eq 1
expect_series 'sallyport_outer_door_up' -eq 1
expect_series 'sallyport_sync_lag_revisions' -eq 0
expect_series 'sallyport_store_revision' -eq "$(cli status -o json | jq .revision)"
expect_series 'sallyport_table_capacity_entries{table="connections"}' -ge 1000
expiry=$(date -d "$(openssl x509 -enddate -noout -in "$scratch/tls.pem" | cut -d= -f2)" +%s)
got=$(awk '/^sallyport_certificate_expiry.*service="api"/ { printf "%d", $2 }' "$scratch/metrics")
expect_equal "the certificate's end" "$got" "$expiry"

"$SALLYPORT_ROOT/tools/observability/check-names" "$scratch/metrics" ||
	fail "alerts, dashboard or README ask for what is not served"
if type promtool >/dev/null 2>&1; then
	grep -v exposer_ "$scratch/metrics" | promtool check metrics ||
		fail "promtool finds fault with the names"
fi

# From the network nobody reaches it, and a port that is taken is said.
! client curl -s -m 2 -o "$scratch/body" http://192.0.2.1:9464/metrics ||
	fail "the metrics can be read from outside"
sed "s|control.sock|other.sock|; s|sallyport.db|other.db|; s|interfaces: .*|interfaces: []|; s|8443|8453|" \
	"$scratch/sallyport.yaml" >"$scratch/other.yaml"
expect_status 1 "$SALLYPORTD" --config "$scratch/other.yaml"
expect_said 'cannot serve metrics on 127.0.0.1:9464'
sed -i 's|listen: 127.0.0.1:9464|listen: 0.0.0.0:9464|' "$scratch/other.yaml"
expect_status 2 "$SALLYPORTD" --config "$scratch/other.yaml" --check-config
expect_said 'whoever reaches 0.0.0.0:9464 could read the metrics'

# It stops in order, also while somebody scrapes, and without the section nobody listens.
while scrape; do :; done 2>/dev/null &
stop_agent
expect_equal "exit status of the agent" "$agent_status" 0
write_config
start_agent
! scrape 2>/dev/null || fail "metrics are served without having been asked for"
