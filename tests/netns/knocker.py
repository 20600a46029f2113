# SPDX-License-Identifier: Apache-2.0
"""knocker.py ADDRESS PORT HEADER-FILE CERTIFICATE STOP-FILE: connects, asks one thing, closes, again and
again until STOP-FILE is there; then one line: connections that were made, that were refused, and
requests on them that had no answer of 200."""

import os
import socket
import ssl
import sys


def main():
    address, port, header_file, certificate, stop = sys.argv[1:]
    with open(header_file, encoding="ascii") as file:
        header = file.read().strip()
    context = ssl.create_default_context(cafile=certificate)
    request = f"GET /quiet HTTP/1.1\r\nHost: k\r\n{header}\r\nConnection: close\r\n\r\n".encode()
    made = refused = failed = 0
    while not os.path.exists(stop):
        try:
            plain = socket.create_connection((address, int(port)), timeout=20)
        except OSError:
            refused += 1
            continue
        made += 1
        try:
            with context.wrap_socket(plain, server_hostname=address) as connection:
                connection.sendall(request)
                answer = b""
                while part := connection.recv(65536):
                    answer += part
            failed += not answer.startswith(b"HTTP/1.1 200")
        except OSError:
            failed += 1
    print(made, refused, failed)


main()
