# SPDX-License-Identifier: Apache-2.0
"""The client, and what a request costs the process that serves it."""

import json
import os
import subprocess

from harness import sandbox
from harness.report import BenchError

CONNECTIONS = 64
SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "wrk.lua")


def cpu_seconds(pid):
    """User and system time of all its threads, also of those that have ended."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load(port, key_file, seconds, cpu):
    """wrk's own account of it."""
    words = ["wrk", "--threads", "1", "--connections", str(CONNECTIONS),
             "--duration", f"{max(1, round(seconds))}s", "--script", SCRIPT,
             f"https://127.0.0.1:{port}/", "--", key_file]
    with sandbox.running(*words, cpu=cpu, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as wrk:
        text = wrk.communicate(timeout=seconds + 60)[0]
    lines = [line for line in text.splitlines() if line.startswith("{")]
    if wrk.returncode or not lines:
        raise BenchError(f"wrk failed: {text.strip()}")
    return json.loads(lines[-1])


def cost(pid, port, key_file, refused, seconds, cpu):
    """One sample: µs of CPU for a request that must (not) be refused."""
    load(port, key_file, 1, cpu)  # connections, caches, and memory that is got once
    before = cpu_seconds(pid)
    done = load(port, key_file, seconds, cpu)
    spent = cpu_seconds(pid) - before
    if not done["requests"] or done["broken"]:
        raise BenchError(f"{done['requests']} requests, {done['broken']} of them without an answer")
    if done["refused"] != (done["requests"] if refused else 0):
        raise BenchError(f"{done['refused']} of {done['requests']} requests were refused")
    return {"value": spent / done["requests"] * 1e6,
            "requests_per_s": done["requests"] / done["seconds"],
            "p50_us": done["p50_us"], "p99_us": done["p99_us"]}
