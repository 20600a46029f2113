# SPDX-License-Identifier: Apache-2.0
"""From samples to rows: medians, extremes, and Sallyport's value over each peer's."""

import json
import statistics
import sys

OURS = "sallyport"


class BenchError(Exception):
    """Says what could not be measured, and what to do next."""


def progress(text):
    print(text, file=sys.stderr, flush=True)


def rounded(value):
    """Four significant digits: more is noise."""
    return float(f"{value:.4g}")


def row(head, subject, unit, samples):
    """A row without ratio. Each sample is a dict with "value" and, beside it, other figures."""
    values = [sample["value"] for sample in samples]
    out = dict(head, subject=subject, unit=unit, value=rounded(statistics.median(values)),
               min=rounded(min(values)), max=rounded(max(values)), runs=len(values))
    for name in samples[0]:
        if name != "value":
            out[name] = rounded(statistics.median(sample[name] for sample in samples))
    return out


def print_rows(head, unit, samples, own_subject=OURS, target=None, most=None):
    """`samples`: subject → list of samples, runs interleaved. Peers come first, ours last. `most`:
    what the ratio to every peer may be at most, where less is better."""
    rows = {subject: row(head, subject, unit, taken) for subject, taken in samples.items()}
    ours = rows.pop(own_subject, None)
    for peer in rows.values():
        print(json.dumps(peer), flush=True)
    if ours:
        ours["ratio"] = ratios(ours, rows, "value")
        if "cpu_ns" in ours:
            ours["cpu_ratio"] = ratios(ours, rows, "cpu_ns")
        if unit == "ns":
            ours["above"] = {subject: rounded(ours["value"] - peer["value"])
                             for subject, peer in rows.items()}
        if most and rows:
            ours |= {"target": {"most": most}, "met": max(ours["ratio"].values()) <= most}
        if target and set(target.get("ratio", target.get("above", {}))) <= set(rows):
            ours |= {"target": target, "met": is_met(ours, target)}
        print(json.dumps(ours), flush=True)


def is_met(ours, target):
    """Ratios are to be reached; "above" a peer and "value" are not to be exceeded."""
    return (all(ours["ratio"][peer] >= least for peer, least in target.get("ratio", {}).items())
            and all(ours["above"][peer] <= most for peer, most in target.get("above", {}).items())
            and ours["value"] <= target.get("value", ours["value"]))


def ratios(ours, peers, name):
    return {subject: rounded(ours[name] / peer[name])
            for subject, peer in peers.items() if peer[name]}


def interleave(runs, subjects, take, title):
    """Takes one sample of each subject in turn, `runs` times."""
    samples = {subject: [] for subject in subjects}
    for run in range(runs):
        for subject in subjects:
            sample = take(subject)
            samples[subject].append(sample)
            progress(f"{title} {run + 1}/{runs} {subject}: "
                     + " ".join(f"{name}={value:.4g}" for name, value in sample.items()))
    return samples
