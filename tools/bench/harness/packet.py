# SPDX-License-Identifier: Apache-2.0
"""Packets over a veth pair with native XDP: one core sends, the other one receives.

    client namespace                         the bench's own namespace
    ┌──────────────────────────┐  veth pair  ┌───────────────────────────────┐
    │ sp-trafficgen, CPU 0  c0 ├─────────────┤ e0  the subject, NAPI on CPU 1│
    └──────────────────────────┘             └───────────────────────────────┘
"""

from dataclasses import dataclass

from harness import sandbox, stack_peers
from harness.packet_subjects import Driver, XdpFilter, run_time
from harness.packet_traffic import traffic_of
from harness.receiver import Receiver
from harness.report import interleave, print_rows, progress

TARGETS = ["sp-trafficgen", "sp-bench-packet"]
PACKETS_TIMED = 2_000_000


@dataclass(frozen=True)
class Case:
    """Peers beside Sallyport; `random`: the order of the sources."""
    name: str
    unit: str
    peers: tuple
    sources: int = 50
    flows: int = 16
    random: bool = False

    def head(self):
        order = {"order": "random"} if self.random else {}
        return {"bench": "packet", "case": self.name, "sources": self.sources,
                "flows": self.flows, **order}


# By rate: packets that the receiver drops a second. By time: one packet under BPF_PROG_RUN.
# A case that sp-bench-packet does not know yet is a line here and one in packet/cases.cpp.
RATE = "packets/s"
TIME = "ns"
STACK = tuple(stack_peers.PEERS)
FEW = ("xdp-drop", "xdp-read", "xdp-filter", *STACK)
MANY = ("xdp-drop", "xdp-read", *STACK)  # xdp-filter takes a process a source
# Of a million sources the kernel forgets all but 65,536 (sp_fresh, sp_paces), and what it has
# forgotten passes. LRU tables evict from about 90 % full.
REMEMBERED = 32_768
CASES = [
    Case("condemned-connection", RATE, FEW),
    Case("banned-source", RATE, FEW),
    Case("denied-cidr", RATE, FEW),
    Case("over-limit", RATE, FEW),
    Case("denied-cleartext-key", RATE, FEW),
    Case("paced-syn", RATE, FEW),
    Case("condemned-connection", RATE, MANY, sources=1_000_000, flows=1, random=True),
    Case("banned-source", RATE, MANY, sources=1_000_000, flows=1, random=True),
    Case("denied-cidr", RATE, MANY, sources=1_000_000, flows=1, random=True),
    Case("over-limit", RATE, MANY, sources=1_000_000, flows=1, random=True),
    Case("denied-cleartext-key", RATE, MANY, sources=REMEMBERED, flows=1, random=True),
    Case("paced-syn", RATE, MANY, sources=REMEMBERED, flows=1, random=True),
    Case("condemned-connection", TIME, ("xdp-drop", "xdp-filter")),
    Case("banned-source", TIME, ("xdp-drop", "xdp-filter")),
    Case("denied-cidr", TIME, ("xdp-drop", "xdp-filter")),
    Case("over-limit", TIME, ("xdp-drop", "xdp-filter")),
    Case("denied-cleartext-key", TIME, ("xdp-drop", "xdp-filter")),
    Case("paced-syn", TIME, ("xdp-drop", "xdp-filter")),
    Case("pass-within-limit", TIME, ("xdp-pass",)),
    Case("pass-bound", TIME, ("xdp-pass",)),
    Case("pass-unjudged", TIME, ("xdp-pass",)),
    Case("pass-not-service", TIME, ("xdp-pass",)),
]


def case_names():
    return [case.name for case in CASES]


def subjects_of(case, options):
    return [name for name in (*case.peers, "sallyport")
            if not options.subject or name in options.subject]


def check(options):
    asked = {name for case in CASES for name in subjects_of(case, options)}
    if "xdp-filter" in asked:
        sandbox.need("xdp-filter", "xdp-tools")
        sandbox.need("bpftool", "bpftool")
    for name in asked & set(STACK):
        sandbox.need(*stack_peers.NEEDS[name])
        sandbox.need("ethtool", "ethtool")


def measure(options):
    sandbox.command("ip", "netns", "add", "client")
    sandbox.command("ip", "link", "add", "e0", "type", "veth", "peer", "name", "c0",
                    "netns", "client")
    sandbox.command("ip", "address", "add", "192.0.2.1/24", "dev", "e0")
    sandbox.command("ip", "link", "set", "e0", "up")
    sandbox.command("ip", "-netns", "client", "link", "set", "c0", "up")
    for case in CASES:
        subjects = subjects_of(case, options)
        if subjects and (not options.only or case.name in options.only):
            progress(f"packet: {case.name}, {case.sources} sources, {case.unit}")
            take = rate_sample if case.unit == RATE else time_sample
            samples = interleave(options.runs, subjects,
                                 lambda subject, take=take, case=case: take(case, subject, options),
                                 f"  {case.name}")
            print_rows(case.head(), case.unit, samples)


def subject_of(case, name):
    if name in stack_peers.PEERS:
        return stack_peers.PEERS[name](case)
    return XdpFilter(case) if name == "xdp-filter" else Driver(case, name)


def rate_sample(case, name, options):
    seconds = options.seconds or 1.0
    traffic = traffic_of(case)
    with subject_of(case, name) as subject:
        if subject.counts:
            traffic.open_flows()
        receiver = Receiver("e0", cpu=1, counter=subject.counter)
        with sandbox.running(*traffic.words(seconds), stdout=-3) as process:
            sample = receiver.sample(seconds, process)
            process.wait()
        subject.verify(receiver)
    return sample


def time_sample(case, name, options):
    repeat = PACKETS_TIMED if options.seconds is None else int(PACKETS_TIMED * options.seconds)
    if name == "xdp-filter":
        with XdpFilter(case) as subject:
            return run_time(case, "program", max(repeat, 1000), program=subject.program())
    return run_time(case, name, max(repeat, 1000))
