#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sends what no good client sends: bad_requests.py ADDRESS PORT CA-FILE KEY-HEADER-FILE

Each case is answered with one of the statuses that it names, or, where it names CLOSED, the
connection ends without an answer. Prints one line a case; exits 1 if one is answered otherwise.
Paths that begin with /smuggled must never reach the upstream.
"""

import socket
import ssl
import sys
import time

CLOSED = 0
PATIENCE = 8  # seconds; the configuration under test has deadlines of one or two

# Name, what is sent after "@" is replaced with the key's header line, what may come back.
REQUESTS = [
    ("oversized header", "GET / HTTP/1.1\r\nHost: e\r\n@X: " + "a" * 70000 + "\r\n\r\n", {431}),
    ("oversized target", "GET /" + "a" * 70000 + " HTTP/1.1\r\nHost: e\r\n@\r\n", {414, 431}),
    ("a thousand headers", "GET / HTTP/1.1\r\nHost: e\r\n@" + "X: y\r\n" * 1000 + "\r\n", {431}),
    ("length and chunked", "POST /a HTTP/1.1\r\nHost: e\r\n@Content-Length: 5\r\n"
     "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled1 HTTP/1.1\r\nHost: e\r\n@\r\n", {400}),
    ("two lengths", "POST /a HTTP/1.1\r\nHost: e\r\n@Content-Length: 0\r\nContent-Length: 44\r\n"
     "\r\nGET /smuggled2 HTTP/1.1\r\nHost: e\r\n@\r\n", {400}),
    ("a list of lengths", "POST /a HTTP/1.1\r\nHost: e\r\n@Content-Length: 0, 44\r\n\r\n", {400}),
    ("length with a sign", "POST /a HTTP/1.1\r\nHost: e\r\n@Content-Length: +1\r\n\r\na", {400}),
    ("negative length", "POST /a HTTP/1.1\r\nHost: e\r\n@Content-Length: -1\r\n\r\n", {400}),
    ("hexadecimal length", "POST /a HTTP/1.1\r\nHost: e\r\n@Content-Length: 0x1\r\n\r\na", {400}),
    ("length beyond 64 bits", "POST /a HTTP/1.1\r\nHost: e\r\n@Content-Length: "
     + "9" * 30 + "\r\n\r\n", {400, 413}),
    ("more body than allowed", "POST /a HTTP/1.1\r\nHost: e\r\n@Content-Length: "
     "999999999999\r\n\r\n", {413}),
    ("unknown transfer coding", "POST /a HTTP/1.1\r\nHost: e\r\n@Transfer-Encoding: "
     "gzip, chunked\r\n\r\n0\r\n\r\n", {400, 501}),
    ("chunked is not last", "POST /a HTTP/1.1\r\nHost: e\r\n@Transfer-Encoding: chunked, "
     "identity\r\n\r\n0\r\n\r\n", {400, 501}),
    ("veiled chunked", "POST /a HTTP/1.1\r\nHost: e\r\n@Transfer-Encoding: \x0bchunked\r\n"
     "\r\n0\r\n\r\nGET /smuggled3 HTTP/1.1\r\nHost: e\r\n@\r\n", {400, 501}),
    ("chunk size is no number", "POST /a HTTP/1.1\r\nHost: e\r\n@Transfer-Encoding: chunked\r\n"
     "\r\nzz\r\n\r\n", {400, CLOSED}),
    ("chunk size too large", "POST /a HTTP/1.1\r\nHost: e\r\n@Transfer-Encoding: chunked\r\n"
     "\r\n" + "f" * 17 + "\r\n", {400, 413, CLOSED}),
    ("chunk without its end", "POST /a HTTP/1.1\r\nHost: e\r\n@Transfer-Encoding: chunked\r\n"
     "\r\n1\r\naXX0\r\n\r\n", {400, CLOSED}),
    ("space before the colon", "GET / HTTP/1.1\r\nHost: e\r\n@Content-Length : 5\r\n\r\n", {400}),
    ("folded header", "GET / HTTP/1.1\r\nHost: e\r\n@X: a\r\n b\r\n\r\n", {400}),
    ("bare line feeds", "GET / HTTP/1.1\nHost: e\n@\n", {400}),
    ("bare carriage return", "GET / HTTP/1.1\r\nHost: e\r\n@X: a\rb\r\n\r\n", {400}),
    ("zero byte in a header", "GET / HTTP/1.1\r\nHost: e\r\n@X: a\0b\r\n\r\n", {400}),
    ("zero byte in the target", "GET /\0 HTTP/1.1\r\nHost: e\r\n@\r\n", {400}),
    ("no host", "GET / HTTP/1.1\r\n@\r\n", {400}),
    ("two hosts", "GET / HTTP/1.1\r\nHost: e\r\nHost: f\r\n@\r\n", {400}),
    ("header without a name", "GET / HTTP/1.1\r\nHost: e\r\n@: x\r\n\r\n", {400}),
    ("version of the future", "GET / HTTP/3.7\r\nHost: e\r\n@\r\n", {400, 505}),
    ("no version", "GET /\r\n\r\n", {400, 505}),
    ("method is no token", "G(T / HTTP/1.1\r\nHost: e\r\n@\r\n", {400}),
    ("a tunnel", "CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: e\r\n@\r\n", {400, 405, 501}),
    ("garbage inside TLS", "\x16\x03\x01" + "\x00\xff" * 500, {400, 431, CLOSED}),
    ("half a request, then nothing", "GET / HTTP/1.1\r\nHost: e\r\n@", {408, CLOSED}),
    ("half a body, then nothing", "POST /patient HTTP/1.1\r\nHost: e\r\n@Content-Length: 10\r\n"
     "\r\nab", {408, CLOSED}),
]


class Target:
    def __init__(self, address, port, ca_file, header_file):
        self.address, self.port = address, int(port)
        with open(header_file, encoding="ascii") as file:
            self.header = file.read().strip() + "\r\n"
        self.context = ssl.create_default_context(cafile=ca_file)

    def plain(self):
        link = socket.create_connection((self.address, self.port), timeout=PATIENCE)
        link.settimeout(PATIENCE)
        return link

    def encrypted(self):
        return self.context.wrap_socket(self.plain(), server_hostname=self.address)


def status_of(link):
    """The first answer's status; CLOSED for an end without one; None for silence."""
    received = b""
    try:
        while b"\r\n" not in received:
            piece = link.recv(4096)
            if not piece:
                break
            received += piece
    except TimeoutError:
        return None
    except OSError:
        pass
    words = received.split(b" ", 2)
    return int(words[1]) if received.startswith(b"HTTP/1.") and len(words) > 1 else CLOSED


def send(target, text):
    with target.encrypted() as link:
        try:
            link.sendall(text.replace("@", target.header).encode("latin-1"))
        except OSError:
            pass  # refused while we were still sending
        return status_of(link)


def garbage(target):
    with target.plain() as link:
        link.sendall(bytes(range(256)) * 64)
        return status_of(link)


def cleartext(target):
    with target.plain() as link:
        link.sendall(b"GET /smuggled4 HTTP/1.1\r\nHost: e\r\n\r\n")
        return status_of(link)


def silence(target):
    with target.plain() as link:
        return status_of(link)


def half_a_handshake(target):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = target.context.wrap_bio(incoming, outgoing, server_hostname=target.address)
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        pass
    with target.plain() as link:
        link.sendall(outgoing.read()[:100])
        return status_of(link)


def drop_by_drop(target):
    """A head that comes one byte at a time, for ever."""
    with target.encrypted() as link:
        text = "GET / HTTP/1.1\r\nHost: e\r\n" + target.header + "X: " + "a" * 1000
        deadline = time.monotonic() + PATIENCE
        try:
            for letter in text.encode("ascii"):
                link.sendall(bytes([letter]))
                time.sleep(0.05)
                if time.monotonic() > deadline:
                    return None
        except OSError:
            pass
        return status_of(link)


def old_tls(target):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    try:
        with context.wrap_socket(target.plain()):
            return None
    except OSError:
        return CLOSED


CLIENTS = [
    ("garbage on the TLS port", garbage, {CLOSED}),
    ("HTTP without TLS", cleartext, {CLOSED, 400}),
    ("a connection that says nothing", silence, {CLOSED}),
    ("half a handshake, then nothing", half_a_handshake, {CLOSED}),
    ("TLS 1.1", old_tls, {CLOSED}),
    ("a head drop by drop", drop_by_drop, {CLOSED, 408}),
]


def main(arguments):
    target = Target(*arguments)
    wrong = 0
    cases = [(name, lambda text=text: send(target, text), allowed)
             for name, text, allowed in REQUESTS]
    cases += [(name, lambda client=client: client(target), allowed)
              for name, client, allowed in CLIENTS]
    for name, act, allowed in cases:
        got = act()
        good = got in allowed
        wrong += not good
        words = {None: "silence", CLOSED: "closed"}.get(got, got)
        print(f"{'ok   ' if good else 'WRONG'} {name}: {words}", flush=True)
    print(f"{len(cases)} cases, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
