#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Clients that curl can't be, for the end-to-end tests.

  probe.py knock SOURCE ADDRESS PORT SECONDS   connects again and again; prints how many attempts
                                               were answered, by a SYN-ACK or by a RST
  probe.py echo-server ADDRESS PORT            answers each line with itself
  probe.py echo SOURCE ADDRESS PORT TEXT       sends one line from SOURCE, prints the answer
  probe.py lines SOURCE ADDRESS PORT FILE      sends a line every 20 ms; appends each answer's
                                               number to FILE, until it is killed or cut
  probe.py udp-server ADDRESS PORT             answers each datagram with its first bytes
  probe.py datagrams SOURCE ADDRESS PORT KIND COUNT
                                               sends datagrams, plain ones or such as a QUIC client
                                               begins with (RFC 9000); prints how many are answered
"""

import socket
import socketserver
import sys
import time


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def connect(source, address, port, timeout):
    link = socket.socket(family(address), socket.SOCK_STREAM)
    link.settimeout(timeout)
    link.bind((source, 0))
    link.connect((address, int(port)))
    return link


def knock(source, address, port, seconds):
    answered = 0
    deadline = time.monotonic() + float(seconds)
    while time.monotonic() < deadline:
        try:
            connect(source, address, port, 0.02).close()
            answered += 1
        except TimeoutError:
            pass
        except ConnectionRefusedError:
            answered += 1
    print(answered)


class Echo(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(line)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def echo_server(address, port):
    Server.address_family = family(address)
    Server((address, int(port)), Echo).serve_forever()


def echo(source, address, port, text):
    with connect(source, address, port, 2) as link:
        link.sendall(text.encode() + b"\n")
        print(link.makefile().readline().strip())


def lines(source, address, port, file):
    with connect(source, address, port, 2) as link, open(file, "w", encoding="ascii") as out:
        answers = link.makefile()
        number = 0
        while True:
            number += 1
            link.sendall(b"line\n")
            if answers.readline() != "line\n":
                return
            print(number, file=out, flush=True)
            time.sleep(0.02)


def udp_server(address, port):
    with socket.socket(family(address), socket.SOCK_DGRAM) as link:
        link.bind((address, int(port)))
        while True:
            data, peer = link.recvfrom(2048)
            link.sendto(data[:8], peer)


def datagrams(source, address, port, kind, count):
    payload = {"plain": b"hello", "quic": b"\xc3" + bytes(1199)}[kind]
    answered = 0
    with socket.socket(family(address), socket.SOCK_DGRAM) as link:
        link.bind((source, 0))
        for _ in range(int(count)):
            link.sendto(payload, (address, int(port)))
        link.settimeout(0.5)
        try:
            while answered < int(count):
                link.recv(2048)
                answered += 1
        except (TimeoutError, ConnectionRefusedError):
            pass
    print(answered)


VERBS = {
    "knock": knock,
    "echo-server": echo_server,
    "echo": echo,
    "lines": lines,
    "udp-server": udp_server,
    "datagrams": datagrams,
}

if __name__ == "__main__":
    VERBS[sys.argv[1]](*sys.argv[2:])
