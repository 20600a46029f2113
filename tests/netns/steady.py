#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A sender at a constant rate, and one who counts what of it gets past the outer door.

  steady.py send INTERFACE MAC ADDRESS PORT SOURCE_PORT SOURCE...
      says "ready"; every millisecond one TCP segment of an open connection from each source; on
      SIGTERM says how many from each, and the longest pause in ms. (sp-trafficgen at a low rate
      sends in bursts, with pauses in which a gap would not be seen.)
  steady.py count INTERFACE SOURCE...
      says "ready"; on SIGTERM, for each source how many of them got past XDP and TC ingress

The segments are told from other packets by their length.
"""

import ctypes
import signal
import socket
import struct
import sys
import time

PAYLOAD = b"s" * 77
LENGTH = 20 + 20 + len(PAYLOAD)
ETH_P_IP = 0x0800
PSH_ACK = 0x18


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def frame(macs, source, address, ports):
    ends = socket.inet_aton(source) + socket.inet_aton(address)
    head = struct.pack("!BBHHHBBH", 0x45, 0, LENGTH, 0, 0, 64, socket.IPPROTO_TCP, 0)
    head = head[:10] + struct.pack("!H", checksum(head + ends)) + ends
    tcp = struct.pack("!HHIIBBHHH", *ports, 1, 1, 5 << 4, PSH_ACK, 1024, 0, 0) + PAYLOAD
    pseudo = ends + struct.pack("!BBH", 0, socket.IPPROTO_TCP, len(tcp))
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    return macs + struct.pack("!H", ETH_P_IP) + head + tcp


def is_asked_to_end(patience):
    return signal.sigtimedwait({signal.SIGTERM}, patience) is not None


def send(interface, mac, address, port, source_port, *sources):
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    link.bind((interface, 0))
    macs = bytes.fromhex(mac.replace(":", "")) + link.getsockname()[4]
    frames = [frame(macs, source, address, (int(source_port), int(port))) for source in sources]
    rounds, pause = 0, 0
    print("ready", flush=True)
    start = last = time.monotonic()
    while not is_asked_to_end(max(0, start + rounds / 1000 - time.monotonic())):
        for each in frames:
            link.send(each)
        rounds += 1
        now = time.monotonic()
        pause, last = max(pause, now - last), now
    print(rounds, round(pause * 1000, 1))


def tap(interface, source):
    """Sees what comes after both hooks, as only sockets of one protocol do."""
    wanted = int.from_bytes(socket.inet_aton(source), "big")
    code = ((0x28, 0, 0, 2), (0x15, 0, 3, LENGTH), (0x20, 0, 0, 12), (0x15, 0, 1, wanted),
            (0x06, 0, 0, 64), (0x06, 0, 0, 0))
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in code))
    attach_filter = 26  # SO_ATTACH_FILTER
    link = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
    link.setsockopt(socket.SOL_SOCKET, attach_filter,
                    struct.pack("HP", len(code), ctypes.addressof(program)))
    link.bind((interface, ETH_P_IP))
    return link


def count(interface, *sources):
    taps = [tap(interface, source) for source in sources]
    print("ready", flush=True)
    is_asked_to_end(3600)
    packet, statistics = 263, 6  # SOL_PACKET, PACKET_STATISTICS
    for source, link in zip(sources, taps):
        # What the socket had no room for is among them.
        print(source, struct.unpack("II", link.getsockopt(packet, statistics, 8))[0])


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    {"send": send, "count": count}[sys.argv[1]](*sys.argv[2:])
