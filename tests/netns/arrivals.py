#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""When the bytes of a service's connections arrive, by the clock of the network, not of a program.

  arrivals.py INTERFACE PORT BYTES [BYTES...]
      says "ready"; notes each TCP segment from that port; on SIGTERM says for each number how many ms
      after the first one so many bytes were there ("never": fewer came), one a line

Retransmitted bytes count once: what counts is how far the sequence numbers have come.
"""

import signal
import socket
import struct
import sys

ETH_P_IP = 0x0800
SO_RCVBUFFORCE = 33
SO_TIMESTAMPNS = 35
HEADERS = 96
RING = 64 << 20


def listen(interface):
    link = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
    link.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RING)
    link.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    link.bind((interface, ETH_P_IP))
    return link


def segment(frame, port):
    """(client's port, sequence number after it, payload's length) of a segment with data."""
    head = (frame[0] & 15) * 4
    if frame[9] != socket.IPPROTO_TCP or len(frame) < head + 20:
        return None
    source, destination, sequence = struct.unpack_from("!HHI", frame, head)
    length = struct.unpack_from("!H", frame, 2)[0] - head - (frame[head + 12] >> 4) * 4
    return (destination, sequence + length, length) if source == port and length > 0 else None


class Progress:
    """How far each connection has come, and when all of them together had come so far."""

    def __init__(self):
        self.reached = {}
        self.total = 0
        self.steps = []  # time in ns, bytes by then

    def add(self, time_ns, connection, end, length):
        before = self.reached.get(connection, (end - length) & 0xFFFFFFFF)
        gained = (end - before) & 0xFFFFFFFF
        if gained == 0 or gained >= 1 << 31:
            return
        self.reached[connection] = end & 0xFFFFFFFF
        self.total += gained
        self.steps.append((time_ns, self.total))

    def ms_until(self, wanted):
        for time_ns, total in self.steps:
            if total >= wanted:
                return (time_ns - self.steps[0][0]) // 1_000_000
        return "never"


def main():
    interface, port, marks = sys.argv[1], int(sys.argv[2]), [int(each) for each in sys.argv[3:]]
    progress = Progress()
    link = listen(interface)
    signal.signal(signal.SIGTERM, lambda *_: link.settimeout(0.01))
    link.settimeout(0.5)
    print("ready", flush=True)
    while True:
        try:
            frame, ancillary, _, sender = link.recvmsg(HEADERS, 128)
        except TimeoutError:
            if link.gettimeout() < 0.1:
                break
            continue
        seen = segment(frame, port) if sender[2] != socket.PACKET_OUTGOING else None
        if seen:
            seconds, rest = struct.unpack("qq", ancillary[0][2])
            progress.add(seconds * 1_000_000_000 + rest, *seen)
    for mark in marks:
        print(progress.ms_until(mark))


main()
