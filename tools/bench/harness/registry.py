# SPDX-License-Identifier: Apache-2.0
"""The registry with a million keys: import, start, memory, pages of keys, revocations."""

import hashlib
import json
import os
import socket
import subprocess
import time

from harness import agent, peers, sandbox
from harness.report import BenchError, print_rows, progress

TARGETS = ["sallyportd", "sallyport", "sp-bench-registry"]
KEYS = {"large": 1_000_000, "small": 20_000}
PAGES, REVOCATIONS = 200, 1000
PORT = 8451
LONGEST_START = 120.0
LATER, MONTHS = 4_000_000_000, 90 * 86400  # when keys end, in seconds since 1970

# Name → unit, the most that it is to be, and what stands beside the value.
CASES = {
    "import-1m": ("s", 30, {}),
    "startup-1m": ("s", 5, {}),
    "memory-1m": ("bytes", 200_000_000, {}),
    "audit-1m": ("s", 10, {}),
    "list-page": ("s", 0.020, {"p99": "page_p99"}),
    "revoke-p50": ("s", None, {"store": "store_p50"}),
    "revoke-p99": ("s", 0.002, {"store": "store_p99", "worst": "kernel_max"}),
}
VALUES = {"list-page": "page_p50", "revoke-p50": "kernel_p50", "revoke-p99": "kernel_p99"}


def case_names():
    return list(CASES)


def check(_options):
    sandbox.need("openssl", "openssl")


def connects(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        try:
            link.connect(path)
            return True
        except OSError:
            return False


def wait_for_start(path, process):
    """The control socket is there once the registry has been replayed and all is served."""
    begin = time.monotonic()
    while not connects(path):
        if process.poll() is not None:
            raise BenchError(f"sallyportd has ended with status {process.returncode}")
        if time.monotonic() - begin > LONGEST_START:
            raise BenchError(f"sallyportd has not started within {LONGEST_START} s")
        time.sleep(0.005)
    return time.monotonic() - begin


def resident_bytes(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    raise BenchError(f"process {pid} does not say how much memory it has")


def audit_run(path):
    """Of all associations, over the control API."""
    begin = time.monotonic()
    done = subprocess.run([sandbox.binary("control/cli/sallyport"), "--socket", path, "audit",
                           "associations"], stdout=subprocess.DEVNULL, check=False)
    if done.returncode not in (0, 1):  # 1: something was found
        raise BenchError(f"sallyport audit associations has ended with status {done.returncode}")
    return time.monotonic() - begin


def one_run(command, path):
    with sandbox.running(*command) as process:
        sample = {"startup-1m": wait_for_start(path, process),
                  "memory-1m": resident_bytes(process.pid),
                  "audit-1m": audit_run(path)}
        driven = json.loads(sandbox.command(
            sandbox.binary("tools/bench/sp-bench-registry"), "drive", path, str(PAGES),
            str(REVOCATIONS)))
        return sample, driven


def import_file(scratch, keys):
    """As many keys as are measured, of a thousand users, which all expire; by their SHA-256."""
    name = f"{scratch}/import.csv"
    with open(name, "w", encoding="ascii") as file:
        file.write("tenant,user,digest,expires_at\n")
        for at in range(keys):
            digest = hashlib.sha256(b"nobody knows %d" % at).hexdigest()
            file.write(f"tenant{at % 100},user{at % 1000},{digest},{LATER + at % MONTHS}\n")
    return name


def import_run(command, path, store, file):
    """From the command's start to its end, into an agent without a key."""
    for name in (store, store + "-wal", store + "-shm"):
        if os.path.exists(name):
            os.unlink(name)
    with sandbox.running(*command) as process:
        wait_for_start(path, process)
        begin = time.monotonic()
        sandbox.command(sandbox.binary("control/cli/sallyport"), "--socket", path, "import", file)
        return time.monotonic() - begin


def measure_import(options, scratch, command, keys):
    file = import_file(scratch, keys)
    taken = []
    for run in range(options.runs):
        taken.append(import_run(command, f"{scratch}/sallyport/control.sock",
                                f"{scratch}/sallyport/registry.db", file))
        progress(f"  import {run + 1}/{options.runs}: {taken[-1]:.1f} s")
    unit, most, _ = CASES["import-1m"]
    print_rows({"bench": "registry", "case": "import-1m", "keys": keys}, unit,
               {"sallyport": [{"value": one} for one in taken]},
               target={"value": most} if options.state == "large" else None)


def sample_of(case, taken):
    measured, driven = taken
    value = measured[case] if case in measured else driven[VALUES[case]]
    return {"value": value, **{name: driven[key] for name, key in CASES[case][2].items()}}


def measure(options):
    scratch = sandbox.scratch()
    keys = KEYS[options.state]
    certificate = f"{scratch}/tls.pem"
    if not os.path.exists(certificate):
        peers.certificate(scratch)
    command = agent.words(scratch, PORT, certificate, [])
    wanted = options.only or list(CASES)
    if "import-1m" in wanted:
        measure_import(options, scratch, command, keys)
        os.unlink(f"{scratch}/sallyport/registry.db")
    if not set(wanted) - {"import-1m"}:
        return
    progress(f"registry: making {keys} keys")
    sandbox.command(sandbox.binary("tools/bench/sp-bench-registry"), "fill",
                    f"{scratch}/sallyport/registry.db", str(keys))
    taken = []
    for run in range(options.runs):
        taken.append(one_run(command, f"{scratch}/sallyport/control.sock"))
        progress(f"  registry {run + 1}/{options.runs}: {taken[-1]}")
    for case, (unit, most, _) in CASES.items():
        if case not in wanted or case == "import-1m":
            continue
        print_rows({"bench": "registry", "case": case, "keys": keys}, unit,
                   {"sallyport": [sample_of(case, one) for one in taken]},
                   target={"value": most} if most and options.state == "large" else None)
