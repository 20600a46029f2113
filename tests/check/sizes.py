# SPDX-License-Identifier: Apache-2.0
"""One noun a file: header up to 120 lines, source up to 250, test up to 300."""

# Path → (lines allowed, why it may be longer).
LONGER = {}


def limit(name):
    if name.startswith("tests/"):
        return 300
    if name.startswith("bpf/lib/"):
        return 250  # code: a BPF program is one translation unit
    return 120 if name.endswith((".hpp", ".h")) else 250


def check(tree):
    found = []
    measured = set(tree.cpp() + tree.scripts("bash") + tree.scripts("python3") + tree.cmake()
                   + tree.with_suffix(".proto"))
    for name in sorted(measured):
        count = len(tree.lines(name))
        most = LONGER.get(name, (limit(name), ""))[0]
        if count > most:
            found.append(f"{name}: {count} lines, {most} allowed: split it by noun")
    found += [f"tests/check/sizes.py: {name} is gone or short again: strike it from the list"
              for name in LONGER
              if name not in tree.files or len(tree.lines(name)) <= limit(name)]
    return found
