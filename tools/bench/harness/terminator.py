# SPDX-License-Identifier: Apache-2.0
"""TLS requests over kept connections: CPU time of the proxy for each, on loopback.

    CPU 0: wrk ──TLS──► CPU 1: the subject ──► CPU 0: nginx, which answers at once
"""

import contextlib
import os
import subprocess
from dataclasses import dataclass

from harness import agent, api_keys, peers, sandbox
from harness.load import Load, cost
from harness.report import BenchError, interleave, print_rows, progress

TARGETS = ["sallyportd", "sallyport", "sp-bench-keys"]
KEYS = 10_000
UNIT = "us"
CLIENT_CPU, PROXY_CPU = 0, 1

# Name → how its command is made, and its port.
SUBJECTS = {
    "nginx": (peers.nginx_proxy, 8441),
    "haproxy": (peers.haproxy, 8442),
    "sallyport": (agent.words, 8443),
}


@dataclass(frozen=True)
class Case:
    name: str
    load: Load
    target: float  # at most this share of what the better peer takes


CASES = [
    Case("h1-keepalive", Load("wrk", 64), 0.8),
    Case("h2-multiplexed", Load("h2load", 32, 32), 0.8),
    Case("401-keepalive", Load("wrk", 64, refused=True), 0.8),
    Case("401-multiplexed", Load("h2load", 32, 32, refused=True), 0.8),
    Case("handshake-full", Load("wrk", 64, each_connects=True), 1.0),
    Case("body-64k", Load("wrk", 64, path="/body/64k"), 0.8),
    Case("body-1m", Load("wrk", 64, path="/body/1m"), 0.8),
    Case("h2-body-1m", Load("h2load", 8, 4, path="/body/1m"), 0.8),
]


def case_names():
    return [case.name for case in CASES]


def subjects_of(options):
    return [name for name in SUBJECTS if not options.subject or name in options.subject]


def check(options):
    for command, package in (("nginx", "nginx-light"), ("wrk", "wrk"), ("openssl", "openssl"),
                             ("curl", "curl"), ("h2load", "nghttp2-client")):
        sandbox.need(command, package)
    if "haproxy" in subjects_of(options):
        sandbox.need("haproxy", "haproxy")


def measure(options):
    scratch = sandbox.scratch()
    with contextlib.ExitStack() as stack:
        stack.enter_context(sandbox.running(*peers.upstream(scratch), cpu=CLIENT_CPU))
        proxies = {name: start(name, scratch, stack) for name in subjects_of(options)}
        for case in CASES:
            if not options.only or case.name in options.only:
                measure_case(case, proxies, options)


@dataclass(frozen=True)
class Proxy:
    pid: int
    port: int
    good_key: str  # names of files
    bad_key: str

    def key_for(self, case):
        return self.bad_key if case.load.refused else self.good_key


def start(name, scratch, stack):
    progress(f"terminator: starting {name}")
    command, port = SUBJECTS[name]
    certificate = f"{scratch}/tls.pem"
    if not os.path.exists(certificate):
        peers.certificate(scratch)
    keys = [(api_keys.well_formed(), f"user{n % 10}") for n in range(KEYS)]
    process = stack.enter_context(
        sandbox.running(*command(scratch, port, certificate, keys), cpu=PROXY_CPU))
    good = agent.make_keys(scratch, KEYS) if name == "sallyport" else keys[KEYS // 2][0]
    proxy = Proxy(process.pid, port, peers.write(f"{scratch}/{name}.good", good + "\n"),
                  peers.write(f"{scratch}/{name}.bad", api_keys.well_formed() + "\n"))
    verify(name, proxy, process)
    return proxy


def verify(name, proxy, process):
    """It does the work: names the user to the upstream, and refuses a key that nobody has."""
    def alive():
        if process.poll() is not None:
            raise BenchError(f"{name} has ended with status {process.returncode}")
        return ask(proxy, proxy.good_key)[0] == 200

    sandbox.wait_until(alive, f"{name} does not answer 200 on port {proxy.port}")
    body = ask(proxy, proxy.good_key)[1]
    if not body.startswith("hello user"):
        raise BenchError(f"{name} does not name the user to the upstream: {body!r}")
    status = ask(proxy, proxy.bad_key)[0]
    if status != 401:
        raise BenchError(f"{name} answers {status} to an unknown key, not 401")


def ask(proxy, key_file):
    """Returns status and body; the key goes through standard input, where nobody sees it."""
    with open(key_file, encoding="ascii") as file:
        header = f"X-Api-Key: {file.read().strip()}\n"
    done = subprocess.run(["curl", "-sk", "-m", "5", "-w", "\n%{http_code}", "-H", "@-",
                           f"https://127.0.0.1:{proxy.port}/"],
                          input=header, capture_output=True, text=True)
    body, _, status = done.stdout.rpartition("\n")
    return int(status or 0), body


def measure_case(case, proxies, options):
    seconds = options.seconds or 3.0
    head = {"bench": "terminator", "case": case.name, "connections": case.load.connections,
            "streams": case.load.streams, "keys": KEYS}
    samples = interleave(
        options.runs, proxies,
        lambda name: cost(proxies[name].pid, proxies[name].port, proxies[name].key_for(case),
                          case.load, seconds, CLIENT_CPU),
        f"  {case.name}")
    print_rows(head, UNIT, samples, most=case.target)
