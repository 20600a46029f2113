# SPDX-License-Identifier: Apache-2.0
"""Who can stand on the receiving interface."""

import ipaddress
import json
import os
import subprocess

from harness import sandbox
from harness.report import BenchError

# The receiving end. Its NAPI threads are found by name among those of every namespace.
INTERFACE = f"e{os.getpid()}"
TRAFFIC_FROM = "198.18.0.0"  # RFC 2544: for benchmarks
XDP_DROPS = "_xdp_drops"  # the driver's counter of them
ENOUGH = 0.999  # of the packets must have been dropped, and have met the case's verdict


def driver():
    return sandbox.binary("tools/bench/sp-bench-packet")


def driver_words(case, subject):
    return [driver(), "--case", case.name, "--subject", subject, "--state", case.state,
            "--source", TRAFFIC_FROM, "--sources", str(case.sources), "--flows", str(case.flows)]


def state_words(case):
    return [driver(), "--state", case.state, "state"]


def run_time(case, subject, repeat, program=None):
    words = driver_words(case, subject) + ["time", "--repeat", str(repeat)]
    if program is not None:
        words += ["--program", str(program)]
    return {"value": json.loads(sandbox.command(*words))["ns"]}


class Driver:
    """Sallyport or an empty program, held by sp-bench-packet."""

    counter = XDP_DROPS

    def __init__(self, case, subject):
        self.counts = subject == "sallyport"
        self.words = driver_words(case, subject) + ["hold", "--interface", INTERFACE]

    def __enter__(self):
        self.process = sandbox.start(*self.words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self.process.stdout.readline() != "ready\n":
            self.process.wait()
            raise BenchError("sp-bench-packet is not ready; what it says is above")
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def verify(self, receiver):
        """A drop for another reason would be another measurement, and what passes is none."""
        if not self.counts:
            return
        self.process.stdin.write("count\n")
        self.process.stdin.flush()
        counted = json.loads(self.process.stdout.readline())["packets"]
        taken, dropped = receiver.taken(), receiver.dropped()
        if counted < dropped * ENOUGH or dropped < taken * ENOUGH:
            raise BenchError(f"of {taken} packets {dropped} were dropped, and {counted} met the "
                             "case's verdict")


class XdpFilter:
    """Debian's xdp-filter with all its features, as it comes, and the sources denied."""

    counter = XDP_DROPS
    counts = False

    def __init__(self, case):
        first = int(ipaddress.ip_address(TRAFFIC_FROM))
        self.sources = [str(ipaddress.ip_address(first + i)) for i in range(case.sources)]

    def __enter__(self):
        sandbox.command("xdp-filter", "load", "-m", "native", "-p", "allow", INTERFACE)
        for source in self.sources:
            sandbox.command("xdp-filter", "ip", "-m", "src", source)
        return self

    def __exit__(self, *_):
        sandbox.command("xdp-filter", "unload", INTERFACE)

    def verify(self, receiver):
        pass

    def program(self):
        """The kernel's number of what is attached: its dispatcher."""
        shown = json.loads(sandbox.command("bpftool", "-j", "net", "show", "dev", INTERFACE))
        return shown[0]["xdp"][0]["id"]
