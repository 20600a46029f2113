#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A cleartext service behind a real TLS hop: keys are checked, refused ones never cost the hop,
# and a revocation leaves the connection that the hop's other clients share.
#
#   curl ─TLS─► nginx, the hop ─veth─► Sallyport, plain HTTP ─► nginx, the upstream
#               127.0.0.1:9443         192.0.2.1:8080           127.0.0.1:9000
#   └────── client namespace ─────┘    └──────────── the edge ────────────────┘
. "$(dirname "$0")/lib.sh"

hop=https://127.0.0.1:9443
plain=http://192.0.2.1:8080

start_hop() {
	mkdir -p "$scratch/hop"
	cat >"$scratch/hop.conf" <<-NGINX
		daemon off;
		worker_processes 1;
		user root;
		pid $scratch/hop/pid;
		events {}
		http {
		  access_log off;
		  client_body_temp_path $scratch/hop/body;
		  proxy_temp_path $scratch/hop/proxy;
		  fastcgi_temp_path $scratch/hop/fastcgi;
		  scgi_temp_path $scratch/hop/scgi;
		  uwsgi_temp_path $scratch/hop/uwsgi;
		  upstream sallyport {
		    server 192.0.2.1:8080;
		    keepalive 8;
		  }
		  server {
		    listen 127.0.0.1:9443 ssl;
		    ssl_certificate $scratch/tls.pem;
		    ssl_certificate_key $scratch/tls.key;
		    location / {
		      proxy_pass http://sallyport;
		      proxy_http_version 1.1;
		      proxy_next_upstream off;
		      proxy_set_header Connection "";
		      proxy_set_header Host api.example;
		      proxy_set_header X-Forwarded-For \$proxy_add_x_forwarded_for;
		      proxy_set_header X-Forwarded-Proto \$scheme;
		    }
		  }
		}
	NGINX
	client nginx -c "$scratch/hop.conf" -e "$scratch/hop/error.log" >"$scratch/hop/out" 2>&1 &
	hop_answers() { [ "$(http - "$hop/")" = 401 ]; }
	wait_until 30 hop_answers || fail "the hop does not answer" "$(tail -n 1 "$scratch/hop/error.log")"
}

inner_counter() {
	cli counters -o json | jq -e --arg name "$1" '.agent[] | select(.name == $name) | .value'
}
no_bans() { expect_equal "bans $1" "$(cli ban list -o json | jq '.bans | length')" 0; }

start_edge cleartext=192.0.2.1:8080 refusals=5 window=60s ban=60s settle=0s
make_users acme alice bob carol
for user in alice bob carol; do new_key "$user" "acme/$user"; done
start_hop
head -c 262144 /dev/zero >"$scratch/www/slow"

# No valid key has been seen from the hop yet: nothing but the policy's silence protects it.
for i in $(seq 100); do
	printf 'url = "%s/"\nheader = "X-Api-Key: wrong-%s"\ncacert = "%s"\noutput = "/dev/null"\n' \
		"$hop" "$i" "$scratch/tls.pem"
	printf 'noproxy = "*"\nsilent\nfail-early\nmax-time = 10\nwrite-out = "%%{http_code}\\n"\nnext\n'
done >"$scratch/guesses"
sed -i '$d' "$scratch/guesses"
client curl -K "$scratch/guesses" >"$scratch/guessed" ||
	fail "the hop was silenced after $(wc -l <"$scratch/guessed") wrong keys" "$(cli ban list)"
expect_equal "answers to a hundred wrong keys" "$(sort "$scratch/guessed" | uniq -c | tr -s ' ')" " 100 401"
expect_equal "unknown keys counted" "$(check_counter unknown-key)" 100
no_bans "after a hundred wrong keys"

expect_http 200 alice "$hop/"
expect_equal "the body" "$(cat "$scratch/body")" "hello alice of acme"
expect_http 200 bob "$plain/"
expect_equal "the body" "$(cat "$scratch/body")" "hello bob of acme"
expect_http 401 - "$plain/" && expect_problem missing-key
expect_http 200 alice -X POST --data-binary "@$scratch/tls.pem" "$hop/orders"
grep -qx "POST /orders user=alice tenant=acme length=$(stat -c %s "$scratch/tls.pem")" \
	"$scratch/upstream.log" || fail "nginx did not see the POST" "$(tail -n 3 "$scratch/upstream.log")"

# What the hop says of its client goes on; the hop itself is named after it.
expect_http 200 alice -H 'X-Forwarded-For: 203.0.113.9' -H 'X-Forwarded-Proto: gopher' "$hop/forwarded"
expect_equal "who the upstream is told of" "$(cat "$scratch/body")" \
	"203.0.113.9, 127.0.0.1, 192.0.2.7 by https"

# Between requests a revocation leaves the hop's connection to its other clients.
live_sockets 8080 >"$scratch/before"
expect_equal "connections of the hop" "$(wc -l <"$scratch/before")" 1
cli key revoke "$(key_id alice)" -o json >"$scratch/receipt"
expect_equal "connections cut" "$(jq .connections "$scratch/receipt")" 0
expect_http 401 alice "$hop/" && expect_problem invalid-key
expect_http 200 bob "$hop/"
live_sockets 8080 >"$scratch/after"
expect_equal "the hop's connection" "$(cat "$scratch/after")" "$(cat "$scratch/before")"

# A request that runs is cut with its connection, another client's is not.
stream() {
	local status=0
	client curl -s --noproxy '*' --cacert "$scratch/tls.pem" -H "@$scratch/$1.header" \
		-o "$scratch/$1.stream" --max-time 60 "$hop/$2" || status=$?
	echo "$status" >"$scratch/$1.status"
}
stream bob stream &
wait_until 30 test -s "$scratch/bob.stream" || fail "bob's stream did not begin"
stream carol slow &
wait_until 30 test -s "$scratch/carol.stream" || fail "carol's answer did not begin"
cli key revoke "$(key_id bob)" -o json >"$scratch/receipt"
expect_equal "connections cut" "$(jq .connections "$scratch/receipt")" 1
wait_until 10 test -s "$scratch/bob.status" || fail "the stream of the revoked key goes on"
[ "$(cat "$scratch/bob.status")" -ne 0 ] || fail "the stream of the revoked key came to its end"
wait_until 30 test -s "$scratch/carol.status" || fail "the other client's answer does not end"
expect_equal "curl's status for the other client" "$(cat "$scratch/carol.status")" 0
expect_equal "bytes of the other client's answer" "$(stat -c %s "$scratch/carol.stream")" 262144
expect_http 200 carol "$hop/"

# TLS is turned away in words; no connection was ever bound, nobody banned.
before=$(inner_counter bad_requests)
got=$(http carol https://192.0.2.1:8080/)
expect_equal "the status of TLS spoken to plain HTTP" "$got" 000
expect_equal "bad requests" "$(inner_counter bad_requests)" $((before + 1))
bound_are -eq 0 || fail "a hop's connection was bound to a key" "$(cli status)"
no_bans "in the end"
! grep -q "wrong-1" "$scratch/agent.log" || fail "a presented key is in the log"
