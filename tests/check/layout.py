# SPDX-License-Identifier: Apache-2.0
"""The top level holds what DESIGN allows, and nothing names a path of one machine."""

import os
import re

TOP = {"CMakeLists.txt", "LICENSE", "README.md", "bpf", "agent", "control", "tools", "tests",
       "vm-tests"}
TOP_DOT = {".ci", ".shellcheckrc", ".clang-format", ".clang-tidy", ".editorconfig", ".gitattributes",
           ".gitignore"}
SYSTEM = {"usr", "etc", "run", "var", "sys", "proc", "dev", "tmp", "bin", "sbin", "lib", "opt"}


def machine_paths(root):
    """Someone's home, and the place where this checkout lies."""
    first = root.strip("/").split("/")[0]
    places = {"home", "root", "Users"} | ({first} if first not in SYSTEM else set())
    return re.compile(r"(?<![\w.$}/-])/(?:" + "|".join(map(re.escape, sorted(places))) + r")/\w")


def check(tree):
    found = [f"{name} does not belong at the top level"
             for name in sorted({path.split("/", 1)[0] for path in tree.files})
             if name not in TOP | TOP_DOT]
    pattern = machine_paths(tree.root)
    for name in tree.files:
        if os.path.getsize(tree.path(name)) > 1 << 20:
            found.append(f"{name}: larger than 1 MiB")
            continue
        for number, line in enumerate(tree.lines(name), 1):
            if pattern.search(line):
                found.append(f"{name}:{number}: names a path of one machine")
    return found
