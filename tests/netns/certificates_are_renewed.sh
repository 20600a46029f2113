#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A certificate is renewed by a signal: new connections are shown the new one, an answer under way
# goes on, and a file that can't be used changes nothing. The host that a client names decides.
. "$(dirname "$0")/lib.sh"

start_edge
make_users acme alice
new_key alice acme/alice
expect_http 200 alice

# shown [HOST]: the subject of the certificate that a client which names this host is shown.
shown() {
	client openssl s_client -connect 192.0.2.1:8443 ${1:+-servername "$1"} </dev/null 2>/dev/null |
		openssl x509 -noout -subject -nameopt multiline | sed -n 's/^ *commonName *= //p'
}
# certificate FILE NAME: self-signed, for localhost and NAME.
certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$2" \
		-addext "subjectAltName=DNS:$2,IP:192.0.2.1" -keyout "$scratch/$1.key" \
		-out "$scratch/$1.pem" 2>"$scratch/openssl.log" || fail "openssl" "$(cat "$scratch/openssl.log")"
}
# ask_to_renew PATTERN: SIGHUP, and waits until the log says this once more.
ask_to_renew() {
	local before
	before=$(grep -cE "$1" "$scratch/agent.log") || true
	kill -HUP "$agent_pid"
	said_again() { [ "$(grep -cE "$1" "$scratch/agent.log")" -gt "$2" ]; }
	wait_until 20 said_again "$1" "$before" || fail "the agent did not say: $1" "$(tail -n 3 "$scratch/agent.log")"
}

client curl -s --cacert "$scratch/tls.pem" -H "@$scratch/alice.header" -o "$scratch/stream" \
	--max-time 60 "$edge/stream" &
streaming=$!
wait_until 30 test -s "$scratch/stream" || fail "the stream did not begin"
expect_equal "the first certificate" "$(shown)" "sallyport throw-away"

certificate tls renewed.example
expect_equal "before the signal" "$(shown)" "sallyport throw-away"
ask_to_renew 'read the certificates of api6,'
expect_equal "after it" "$(shown)" renewed.example
expect_http 200 alice # curl trusts the new one alone
size=$(stat -c %s "$scratch/stream")
stream_grows() { [ "$(stat -c %s "$scratch/stream")" -gt "$size" ]; }
wait_until 20 stream_grows || fail "the answer under way did not go on"
kill -0 "$streaming" || fail "the answer under way came to its end"

# A bad file: an error that names it, and all stays.
cp "$scratch/tls.pem" "$scratch/good.pem"
echo "not PEM" >"$scratch/tls.pem"
ask_to_renew 'certificates stay as they were: .*tls\.pem holds no usable PEM certificate'
cp "$scratch/good.pem" "$scratch/tls.pem"
expect_equal "after a bad file" "$(shown)" renewed.example
expect_http 200 alice
kill "$streaming"

# Several certificates: the host that the client names chooses.
certificate shop shop.example
stop_agent
yaml=$scratch/sallyport.yaml
sed -i -e "0,/^    tls:/s|^    tls:|    tls:\n    - certificate: $scratch/tls.pem\n      private_key: $scratch/tls.key\n    - certificate: $scratch/shop.pem\n      private_key: $scratch/shop.key\n    #|" "$yaml"
sed -i -e "/^    #/,/private_key/d" "$yaml"
start_agent
expect_equal "for shop.example" "$(shown shop.example)" shop.example
expect_equal "for renewed.example" "$(shown renewed.example)" renewed.example
expect_equal "for another host" "$(shown else.example)" renewed.example
expect_equal "for no host" "$(shown)" renewed.example
expect_http 200 alice --cacert "$scratch/shop.pem" --resolve shop.example:8443:192.0.2.1 https://shop.example:8443/
