# SPDX-License-Identifier: Apache-2.0
"""What the packet bench measures, beside whom, and what is to be reached.

A case that sp-bench-packet does not know yet is a line here and one in packet/cases.cpp.
"""

from dataclasses import dataclass, field, replace

from harness import stack_peers

# By rate: packets that the receiver drops a second. By time: one packet under BPF_PROG_RUN. The
# last two: what loading the state took, and takes.
RATE, TIME, LOADING, MEMORY = "packets/s", "ns", "s", "MB"

STACK = tuple(stack_peers.PEERS)
FEW = ("xdp-drop", "xdp-read", "xdp-filter", *STACK)
MANY = ("xdp-drop", "xdp-read", *STACK)  # xdp-filter takes a process a source
ALONE = ("xdp-drop", "xdp-filter")

MILLION = 1_000_000
# Of a million sources the kernel forgets all but 65,536 (sp_fresh, sp_paces), and what it has
# forgotten passes. LRU tables evict from about 90 % full.
REMEMBERED = 32_768
FEWER = 2_000  # with the small state


@dataclass(frozen=True)
class Case:
    """`peers` beside Sallyport; `sources` 0: no packets; more than 50 come in random order.

    `target`: as in the row, "ratio" to reach, "above" and "value" not to exceed.
    """
    name: str
    unit: str
    peers: tuple = ()
    sources: int = 50
    target: dict = field(default_factory=dict, hash=False)
    state: str = "large"

    @property
    def random(self):
        return self.sources > 50

    @property
    def flows(self):
        """Source ports for each source."""
        return 1 if self.random else 16

    def head(self):
        out = {"bench": "packet", "case": self.name, "state": self.state}
        if self.sources:
            out |= {"sources": self.sources, "flows": self.flows}
        return out | ({"order": "random"} if self.random else {})

    def small(self):
        """With so little that it is quick; what it reaches says nothing."""
        return replace(self, state="small", target={}, sources=min(self.sources, FEWER))


def drop_cases(name, most=MILLION, above=None):
    """A case from few sources and from many, and alone."""
    return [
        Case(name, RATE, FEW, target={"ratio": {"xdp-drop": 0.75, "xdp-filter": 1.2}}),
        Case(name, RATE, MANY, sources=most, target={"ratio": {"xdp-drop": 0.6}}),
        Case(name, TIME, ALONE, target={"above": above} if above else {}),
    ]


CASES = [
    *drop_cases("condemned-connection"),
    *drop_cases("banned-source"),
    *drop_cases("denied-cidr"),
    *drop_cases("over-limit"),
    *drop_cases("denied-cleartext-key", most=REMEMBERED, above={"xdp-drop": 450}),
    *drop_cases("paced-syn", most=REMEMBERED),
    Case("pass-bound", TIME, ("xdp-pass",), target={"above": {"xdp-pass": 60}}),
    Case("pass-within-limit", TIME, ("xdp-pass",)),
    Case("pass-unjudged", TIME, ("xdp-pass",)),
    Case("pass-not-service", TIME, ("xdp-pass",)),
    Case("load-denied-keys", LOADING, sources=0, target={"value": 1}),
    Case("state-memory", MEMORY, sources=0, target={"value": 400}),
]


def cases_of(state):
    return CASES if state == "large" else [case.small() for case in CASES]
