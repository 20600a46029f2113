# SPDX-License-Identifier: Apache-2.0
"""nginx and HAProxy, set up for the same work: look a key up in a map, name its user to the upstream
over kept connections, answer 401 otherwise. One process each."""

import os

from harness import sandbox

UPSTREAM_PORT = 9000
BODIES = {"64k": 64 << 10, "1m": 1 << 20}

NGINX_HEAD = """
daemon off;
master_process off;
worker_processes 1;
user root;
pid {home}/nginx.pid;
error_log {home}/error.log crit;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  default_type text/plain;
  keepalive_requests 1000000000;
  client_body_temp_path {home}/body;
  proxy_temp_path {home}/proxy;
  fastcgi_temp_path {home}/fastcgi;
  scgi_temp_path {home}/scgi;
  uwsgi_temp_path {home}/uwsgi;
"""

NGINX_UPSTREAM = NGINX_HEAD + """
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{ return 200 "hello $http_x_auth_user\\n"; }}
    location /body/ {{ root {home}; }}
  }}
}}
"""

NGINX_PROXY = NGINX_HEAD + """
  map_hash_max_size 131072;
  map_hash_bucket_size 256;
  map $http_x_api_key $api_user {{
    default "";
    include {home}/keys;
  }}
  upstream service {{
    server 127.0.0.1:{upstream};
    keepalive 1024;
    keepalive_requests 1000000000;
  }}
  server {{
    listen 127.0.0.1:{port} ssl http2 backlog=4096;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate {certificate};
    ssl_certificate_key {certificate};
    location / {{
      if ($api_user = "") {{ return 401; }}
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-Auth-User $api_user;
      proxy_pass http://service;
    }}
  }}
}}
"""

HAPROXY = """
global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend edge
  bind 127.0.0.1:{port} ssl crt {certificate} alpn h2,http/1.1
  http-request set-var(txn.user) req.hdr(X-Api-Key),map_str({home}/keys)
  http-request return status 401 content-type text/plain string "unknown key" unless {{ var(txn.user) -m found }}
  http-request set-header X-Auth-User %[var(txn.user)]
  default_backend service
backend service
  http-reuse always
  server upstream 127.0.0.1:{upstream}
"""


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def nginx(home, config, **values):
    os.makedirs(home)
    path = write(f"{home}/nginx.conf", config.format(home=home, **values))
    return ["nginx", "-c", path, "-e", f"{home}/error.log"]


def upstream(scratch):
    words = nginx(f"{scratch}/upstream", NGINX_UPSTREAM, port=UPSTREAM_PORT)
    os.makedirs(f"{scratch}/upstream/body")
    for name, size in BODIES.items():
        write(f"{scratch}/upstream/body/{name}", "x" * size)
    return words


def nginx_proxy(scratch, port, certificate, keys):
    words = nginx(f"{scratch}/nginx", NGINX_PROXY, port=port, upstream=UPSTREAM_PORT,
                  certificate=certificate)
    write(f"{scratch}/nginx/keys", "".join(f"{key} {user};\n" for key, user in keys))
    return words


def haproxy(scratch, port, certificate, keys):
    home = f"{scratch}/haproxy"
    os.makedirs(home)
    write(f"{home}/keys", "".join(f"{key} {user}\n" for key, user in keys))
    return ["haproxy", "-db", "-f", write(f"{home}/haproxy.cfg", HAPROXY.format(
        home=home, port=port, upstream=UPSTREAM_PORT, certificate=certificate))]


def certificate(scratch):
    """Self-signed, ECDSA on P-256; key and certificate in one file."""
    path = f"{scratch}/tls.pem"
    sandbox.command("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=bench",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", f"{scratch}/tls.key",
                    "-out", f"{scratch}/tls.crt")
    with open(f"{scratch}/tls.key", encoding="ascii") as key, \
         open(f"{scratch}/tls.crt", encoding="ascii") as chain:
        return write(path, key.read() + chain.read())
