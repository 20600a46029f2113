# SPDX-License-Identifier: Apache-2.0
"""One SPDX line a file, and the right one for its folder."""

import re

LINE = re.compile(r"SPDX-License-Identifier: (.+?)(?: \*/)?$", re.MULTILINE)
SUFFIXES = (".cpp", ".hpp", ".c", ".h", ".py", ".sh", ".cmake", ".proto", "CMakeLists.txt")


def expected(name):
    if name.startswith("bpf/abi/"):
        return "GPL-2.0-only OR Apache-2.0"
    if name.startswith("bpf/") and name.endswith((".c", ".h")):
        return "GPL-2.0-only"
    return "Apache-2.0"


def check(tree):
    found = []
    for name in tree.files:
        text = tree.read(name)
        if not name.endswith(SUFFIXES) and not text.startswith("#!"):
            continue
        head = "\n".join(text.splitlines()[:3])
        given = LINE.findall(head)
        if len(given) != 1:
            found.append(f"{name}: {len(given)} SPDX lines in its first three lines, not one")
        elif given[0] != expected(name):
            found.append(f"{name}: is under {given[0]}, its folder under {expected(name)}")
    return found
