# SPDX-License-Identifier: Apache-2.0
"""Packets over a veth pair with native XDP: one core sends, the other one receives.

    client namespace                         the bench's own namespace
    ┌──────────────────────────┐  veth pair  ┌───────────────────────────────┐
    │ sp-trafficgen, CPU 0  c0 ├─────────────┤ e0  the subject, NAPI on CPU 1│
    └──────────────────────────┘             └───────────────────────────────┘
"""

import json
import time

from harness import sandbox, stack_peers
from harness.packet_cases import CASES, LOADING, MEMORY, RATE, STACK, TIME, cases_of
from harness.packet_subjects import INTERFACE, Driver, XdpFilter, run_time, state_words
from harness.packet_traffic import traffic_of
from harness.receiver import Receiver
from harness.report import OURS, interleave, print_rows, progress

TARGETS = ["sp-trafficgen", "sp-bench-packet"]
PACKETS_TIMED = 2_000_000
FREEING_SECONDS = 2  # the kernel frees large tables after their owner is gone


def case_names():
    return [case.name for case in CASES]


def subjects_of(case, options):
    return [name for name in (*case.peers, OURS)
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
    sandbox.command("ip", "link", "add", INTERFACE, "type", "veth", "peer", "name", "c0",
                    "netns", "client")
    sandbox.command("ip", "address", "add", "192.0.2.1/24", "dev", INTERFACE)
    sandbox.command("ip", "link", "set", INTERFACE, "up")
    sandbox.command("ip", "-netns", "client", "link", "set", "c0", "up")
    for case in cases_of(options.state):
        subjects = subjects_of(case, options)
        if subjects and (not options.only or case.name in options.only):
            measure_case(case, subjects, options)


def measure_case(case, subjects, options):
    progress(f"packet: {case.name}, {case.unit}, {case.sources} sources, {case.state} state")
    take = {RATE: rate_sample, TIME: time_sample, LOADING: loading_sample,
            MEMORY: memory_sample}[case.unit]
    samples = interleave(options.runs, subjects, lambda subject: take(case, subject, options),
                         f"  {case.name}")
    print_rows(case.head(), case.unit, samples, target=case.target)


def subject_of(case, name):
    if name in stack_peers.PEERS:
        return stack_peers.PEERS[name](case)
    return XdpFilter(case) if name == "xdp-filter" else Driver(case, name)


def rate_sample(case, name, options):
    seconds = options.seconds or 1.0
    traffic = traffic_of(case)
    with subject_of(case, name) as subject:
        receiver = Receiver(INTERFACE, cpu=1, counter=subject.counter)
        if subject.counts:
            traffic.open_flows()
            receiver.begin()
        with sandbox.running(*traffic.words(seconds), stdout=-3) as process:
            sandbox.take_precedence(process.pid, 1)
            sample = receiver.sample(seconds, process)
            process.wait()
        subject.verify(receiver)
    if name == OURS and case.state == "large":
        time.sleep(FREEING_SECONDS)  # or the next one would be measured meanwhile
    return sample


def time_sample(case, name, options):
    repeat = PACKETS_TIMED if options.seconds is None else int(PACKETS_TIMED * options.seconds)
    if name == "xdp-filter":
        with XdpFilter(case) as subject:
            return run_time(case, "program", max(repeat, 1000), program=subject.program())
    return run_time(case, name, max(repeat, 1000))


def loading_sample(case, *_):
    said = json.loads(sandbox.command(*state_words(case)))
    return {"value": said["load_seconds"], "cpu_s": said["load_cpu_seconds"]}


def memory_sample(case, *_):
    return {"value": json.loads(sandbox.command(*state_words(case)))["memory_bytes"] / 1e6}
