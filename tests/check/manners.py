# SPDX-License-Identifier: Apache-2.0
"""Small rules: #pragma once, no using namespace in a header, no to-do without its issue."""

import re

USING = re.compile(r"^\s*using\s+namespace\b")
MARK = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))")


def check(tree):
    found = []
    for name in tree.cpp():
        header = name.endswith((".hpp", ".h"))
        lines = tree.lines(name)
        if header and "#pragma once" not in lines:
            found.append(f"{name}: has no #pragma once")
        for number, line in enumerate(lines, 1):
            if header and USING.search(line):
                found.append(f"{name}:{number}: using namespace in a header")
            if MARK.search(line):
                found.append(f"{name}:{number}: a to-do without its issue's number")
    return found
