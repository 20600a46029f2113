#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Frames of a service that no program paces: as fast as they can be made.

  burst.py ADDRESS PORT CLIENT CLIENT_PORT COUNT LENGTH
      sends so many TCP segments of that payload, one after the other in sequence
"""

import socket
import struct
import sys

PSH_ACK = 0x18
RAW_HEADER = struct.Struct("!HHIIBBHHH")


def main():
    address, port, client, client_port, count, length = sys.argv[1:]
    link = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
    link.bind((address, 0))
    payload = b"b" * int(length)
    for number in range(int(count)):
        sequence = 1 + number * len(payload)
        # No checksum: what arrives is noted before anybody looks at it.
        head = RAW_HEADER.pack(int(port), int(client_port), sequence, 1, 5 << 4, PSH_ACK, 1024, 0, 0)
        link.sendto(head + payload, (client, 0))


main()
