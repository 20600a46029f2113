# SPDX-License-Identifier: Apache-2.0
"""What is sent from the client namespace."""

import functools
import json
import os

from harness import sandbox
from harness.packet_subjects import TRAFFIC_FROM, driver_words
from harness.report import BenchError

OPENING_RATE = 20_000  # SYNs a second, in bursts that the receiver's ring holds
OPENING_TRIES = 3  # a machine with other work may lose some; twice the same SYN does no harm


@functools.cache
def traffic_of(case):
    return Traffic(case)


class Traffic:
    def __init__(self, case):
        payload = os.path.join(sandbox.scratch(), "payload")
        said = json.loads(sandbox.command(*driver_words(case, "sallyport"), "traffic",
                                          "--payload-file", payload))
        self.flows = case.sources * case.flows
        self.opening, self.form = said["open"], said["send"]
        self.random = ["--random"] if case.random else []
        self.to_all = [
            "nsenter", "--net=/run/netns/client",
            sandbox.binary("tools/trafficgen/sp-trafficgen"), "--interface", "c0",
            "--source", TRAFFIC_FROM, "--sources", str(case.sources), "--flows", str(case.flows),
            "--destination", "192.0.2.1:443", "--cpu", "0"]

    def words(self, seconds):
        """Sends longer than is measured: it ends when it is told to."""
        return [*self.to_all, *self.form, *self.random, "--seconds", str(seconds + 60)]

    def open_flows(self):
        """Each flow's SYN, in turn, where the case's packets follow one."""
        if not self.opening:
            return
        words = [*self.to_all, *self.opening, "--count", str(self.flows), "--rate",
                 str(OPENING_RATE)]
        for _ in range(OPENING_TRIES):
            taken = json.loads(sandbox.command(*words))["taken"]
            if taken >= self.flows:
                return
        raise BenchError(f"of {self.flows} SYNs {taken} arrived")
