# SPDX-License-Identifier: Apache-2.0
"""The receiving end: its NAPI on a CPU of its own, and what it drops there."""

import glob
import os
import time

from harness import sandbox
from harness.ethtool import DriverCounters
from harness.report import BenchError

SETTLE_SECONDS = 0.1
TAKEN = "_xdp_packets"  # the driver counts so what it takes in, program or not


class Receiver:
    """Of an interface that has its filter already. `counter` is the driver's that counts drops.

    veth raises the receiver's NAPI on the CPU that sends. As a thread it can be put elsewhere.
    """

    def __init__(self, interface, cpu, counter):
        with open(f"/sys/class/net/{interface}/threaded", "w", encoding="ascii") as file:
            file.write("1")
        self.threads = find_threads(interface)
        for thread in self.threads:
            os.sched_setaffinity(thread, {cpu})
            sandbox.take_precedence(thread, 1)
        self.counter = counter
        self.counters = DriverCounters(interface)
        self.begin()

    def begin(self):
        """Counts from here on."""
        self.before, self.taken_before = self._drops(), self._taken()

    def _drops(self):
        return self.counters.total(self.counter)

    def _taken(self):
        return self.counters.total(TAKEN)

    def dropped(self):
        """Since it began to count."""
        return self._drops() - self.before

    def taken(self):
        """What came in since then, whatever became of it."""
        return self._taken() - self.taken_before

    def cpu_seconds(self):
        total = 0
        for thread in self.threads:
            with open(f"/proc/{thread}/schedstat", encoding="ascii") as file:
                total += int(file.read().split()[0])
        return total * 1e-9

    def sample(self, seconds, sender):
        """While the sender runs; ends it. `cpu_ns` is the receiving CPU's time for a packet."""
        end = time.monotonic() + 10
        while self.dropped() < 1000:
            if sender.poll() is not None or time.monotonic() > end:
                raise BenchError("no packet is dropped; what sp-trafficgen says is above")
            time.sleep(0.005)
        time.sleep(SETTLE_SECONDS)
        with sandbox.precedence():
            start, drops, cpu = time.monotonic(), self._drops(), self.cpu_seconds()
            time.sleep(seconds)
            drops, passed = self._drops() - drops, time.monotonic() - start
            cpu = self.cpu_seconds() - cpu
        sender.terminate()
        return {"value": drops / passed, "cpu_ns": cpu / max(drops, 1) * 1e9}


def find_threads(interface):
    """Their names begin so, cut at 15 characters."""
    found = []
    for path in glob.glob("/proc/[0-9]*/comm"):
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                if file.read().startswith(f"napi/{interface}-"[:15]):
                    found.append(int(path.split("/")[2]))
        except OSError:
            continue  # it has ended meanwhile
    if not found:
        raise BenchError(f"there is no NAPI thread of {interface} in /proc; "
                         "is this a container with processes of its own?")
    return found
