# SPDX-License-Identifier: Apache-2.0
"""The clients, and what a request costs the process that serves it."""

import json
import os
import re
import subprocess
from dataclasses import dataclass

from harness import sandbox
from harness.report import BenchError

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "wrk.lua")


def cpu_seconds(pid):
    """User and system time of all its threads, also of those that have ended."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Load:
    client: str  # wrk: HTTP/1.1; h2load: HTTP/2
    connections: int
    streams: int = 1  # at once on each
    path: str = "/"
    refused: bool = False
    each_connects: bool = False  # a connection, and a full handshake, for each request


def output_of(words, seconds, cpu):
    with sandbox.running(*words, cpu=cpu, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as one:
        text = one.communicate(timeout=seconds + 60)[0]
    if one.returncode:
        raise BenchError(f"{words[0]} failed: {text.strip()}")
    return text


def run_wrk(load, port, key_file, seconds, cpu):
    words = ["wrk", "--threads", "1", "--connections", str(load.connections),
             "--duration", f"{seconds}s", "--script", SCRIPT,
             f"https://127.0.0.1:{port}{load.path}", "--", key_file,
             "close" if load.each_connects else "keep-alive"]
    lines = [line for line in output_of(words, seconds, cpu).splitlines() if line.startswith("{")]
    if not lines:
        raise BenchError("wrk printed no figures")
    return json.loads(lines[-1])


def run_h2load(load, port, key_file, seconds, cpu):
    with open(key_file, encoding="ascii") as file:
        header = f"x-api-key: {file.read().strip()}"
    words = ["h2load", "--threads", "1", "--clients", str(load.connections),
             "--max-concurrent-streams", str(load.streams), "--duration", str(seconds),
             "--header", header, f"https://127.0.0.1:{port}{load.path}"]
    text = output_of(words, seconds, cpu)
    counts = re.search(r"(\d+) done, \d+ succeeded, (\d+) failed, (\d+) errored", text)
    codes = re.search(r"status codes: (\d+) 2xx, \d+ 3xx, (\d+) 4xx", text)
    if not counts or not codes:
        raise BenchError(f"h2load's report is not as it was: {text.strip()}")
    done, failed, errored = (int(count) for count in counts.groups())
    accepted, refused = int(codes[1]), int(codes[2])
    if accepted and refused:
        raise BenchError(f"h2load had {accepted} requests accepted and {refused} refused")
    # Refused ones are "failed" to h2load. What was under way at the end has a status, but is not done.
    return {"requests": done, "seconds": float(seconds), "refused": done if refused else 0,
            "broken": errored + (0 if refused else failed)}


CLIENTS = {"wrk": run_wrk, "h2load": run_h2load}


def cost(pid, port, key_file, load, seconds, cpu):
    """One sample: µs of CPU for a request that must (not) be refused."""
    run = CLIENTS[load.client]
    run(load, port, key_file, 1, cpu)  # connections, caches, and memory that is got once
    before = cpu_seconds(pid)
    done = run(load, port, key_file, max(1, round(seconds)), cpu)
    spent = cpu_seconds(pid) - before
    if not done["requests"] or done["broken"]:
        raise BenchError(f"{done['requests']} requests, {done['broken']} of them without an answer")
    if done["refused"] != (done["requests"] if load.refused else 0):
        raise BenchError(f"{done['refused']} of {done['requests']} requests were refused")
    sample = {"value": spent / done["requests"] * 1e6,
              "requests_per_s": done["requests"] / done["seconds"]}
    return sample | {name: done[name] for name in ("p50_us", "p99_us") if name in done}
