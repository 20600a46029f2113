#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs one check on the source tree: tests/check/run.py NAME. Exits 1 and lists what it found."""

import importlib
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from tree import Tree  # noqa: E402

NAMES = ("layers", "links", "libraries", "headers", "format", "licences", "sizes", "layout",
         "manners", "shell")


def main(arguments):
    if len(arguments) != 1 or arguments[0] not in NAMES:
        print(f"usage: {sys.argv[0]} {'|'.join(NAMES)}", file=sys.stderr)
        return 2
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    tree = Tree(root, os.environ.get("SALLYPORT_BUILD", os.path.join(root, "build/release")))
    check = importlib.import_module(arguments[0])
    found = check.check(tree)
    for line in found:
        print(line)
    summary = (check.__doc__ or "").strip().split("\n")[0]
    print(f"check.{arguments[0]}: {len(found)} found  ({summary})")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
