#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every case of every bench for a moment, and checks what is printed. Says nothing of speed."""

import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True

from harness import packet, registry, sandbox, terminator  # noqa: E402
from harness.report import BenchError, is_met  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
STATE = "small"  # a large one would take minutes
FIELDS = {"bench": str, "case": str, "subject": str, "unit": str, "value": float, "min": float,
          "max": float, "runs": int}
TOLERANCE = 0.01  # values and ratios are printed rounded


def expected():
    """What identifies a row, once for each that must be there."""
    rows = [("packet", case.name, case.sources or None, case.unit, subject)
            for case in packet.cases_of(STATE) for subject in (*case.peers, "sallyport")]
    rows += [("terminator", case.name, None, terminator.UNIT, subject)
             for case in terminator.CASES for subject in terminator.SUBJECTS]
    rows += [("registry", name, None, unit, "sallyport")
             for name, (unit, _, _) in registry.CASES.items()]
    return rows


def identity(row):
    return (row["bench"], row["case"], row.get("sources"), row["unit"], row["subject"])


def faults_of(row):
    for name, kind in FIELDS.items():
        if not isinstance(row.get(name), kind):
            yield f"{name} is not a {kind.__name__}"
            return
    if not 0 < row["min"] <= row["value"] <= row["max"]:
        yield "value is not between min and max, above 0"
    if ("ratio" in row) != (row["subject"] == "sallyport"):
        yield "Sallyport's rows, and only those, have a ratio"


def ratio_faults(row, rows):
    peers = {identity(peer)[:-1]: {} for peer in rows}
    for peer in rows:
        peers[identity(peer)[:-1]][peer["subject"]] = peer["value"]
    values = peers[identity(row)[:-1]]
    if set(row["ratio"]) != set(values) - {"sallyport"}:
        yield "the ratio names other peers than have rows"
        return
    for peer, ratio in row["ratio"].items():
        if abs(ratio * values[peer] / row["value"] - 1) > TOLERANCE:
            yield f"the ratio to {peer} is not value over value"


def target_faults():
    """The small state has no targets, so what says whether they are met is asked here."""
    row = {"value": 5, "ratio": {"a": 0.8, "b": 1.1}, "above": {"a": 40}}
    for target, answer in (({"ratio": {"a": 0.8}}, True), ({"ratio": {"a": 0.7, "b": 1.2}}, False),
                           ({"above": {"a": 40}}, True), ({"above": {"a": 39}}, False),
                           ({"value": 5}, True), ({"value": 4}, False)):
        if is_met(row, target) != answer:
            yield f"is_met does not say {answer} of {target}"


def check(lines):
    rows = [json.loads(line) for line in lines]
    faults = [f"{fault}: {json.dumps(row)}" for row in rows for fault in faults_of(row)]
    if faults:
        return faults
    found = [identity(row) for row in rows]
    faults += [f"no row: {wanted}" for wanted in expected() if found.count(wanted) != 1]
    faults += [f"nobody asked for: {row}" for row in found if row not in expected()]
    faults += [f"{fault}: {json.dumps(row)}" for row in rows if "ratio" in row
               for fault in ratio_faults(row, rows)]
    return faults


def main():
    try:
        sandbox.check()
    except BenchError as error:
        print(f"skipped: {error}")
        return 77
    done = subprocess.run([os.path.join(HERE, "run"), "--runs", "1", "--seconds", "0.1", "--state", STATE,
                           "packet", "registry", "terminator"], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        print(f"tools/bench/run ended with status {done.returncode}")
        return 1
    faults = [*target_faults(), *check(done.stdout.splitlines())]
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
