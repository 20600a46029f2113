# SPDX-License-Identifier: Apache-2.0
"""The folder is the layer, and includes go one way (DESIGN: Layout)."""

import os
import re

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)
GENERATED = re.compile(r"\.pb\.h$")  # by its package's path, which control/proto mirrors

# Folder (or file) → what its files may include besides their own folder. A name that ends in a
# file is a port: that header alone. Read it as the picture of the layers.
MAY_INCLUDE = {
    "bpf/abi": [],
    "bpf/lib": ["bpf/abi"],
    "bpf": ["bpf/abi", "bpf/lib"],
    "agent/base": ["bpf/abi"],
    "agent/config": ["agent/base", "bpf/abi"],
    "agent/http": ["agent/base"],
    "agent/registry": ["agent/base", "bpf/abi"],
    "agent/association": ["agent/base", "agent/registry"],
    "agent/limits": ["agent/base", "bpf/abi"],
    "agent/offenders": ["agent/base", "agent/config", "agent/association"],
    "agent/datapath": ["agent/base", "agent/config", "bpf/abi", "skeleton"],
    "agent/doctor": ["agent/base", "agent/config", "agent/datapath"],
    "agent/terminator": ["agent/base", "agent/config", "agent/http", "agent/association",
                         "agent/limits", "agent/offenders", "bpf/abi"],
    "agent/sync": ["agent/base", "agent/config", "agent/registry", "agent/association",
                   "agent/limits", "agent/offenders", "agent/datapath", "bpf/abi",
                   "agent/terminator/edge.hpp"],
    "agent/service": ["agent/base", "agent/registry", "agent/datapath/tables.hpp", "bpf/abi",
                      "control/proto"],
    "agent/telemetry": ["agent/base"],
    "agent/app": ["agent", "bpf/abi"],
    "agent/main.cpp": ["agent/app", "agent/config", "agent/base"],
    "control/proto": [],
    "control/client": ["control/proto", "agent/base"],
    "control/cli": ["control/client", "control/proto", "agent/base"],
    "tools": ["agent", "bpf", "control", "skeleton"],
    "tests": ["agent", "bpf", "control", "tools", "skeleton"],
}


def owner(path):
    """The most exact entry of the table that this path falls under."""
    while path:
        if path in MAY_INCLUDE:
            return path
        path = os.path.dirname(path)
    return None


def within(path, place):
    return path == place or path.startswith(place + "/")


def layer_of(included):
    """The tree's path of an include, 'skeleton' for a generated one, None for a stranger."""
    if included.endswith(".skel.h"):
        return "skeleton"
    if GENERATED.search(included) and included.startswith("sallyport/control/"):
        return "control/proto/" + included
    first = included.split("/", 1)[0]
    return included if first in ("agent", "control", "bpf", "tools", "tests") else None


def judge(tree, name, quoted, angled):
    included = quoted or angled
    target = layer_of(included)
    if angled and (target is None or included.startswith("bpf/")):
        return None  # a system header, or libbpf's: see check.libraries
    if target is None:
        return f'"{included}" is not a full path from the root'
    if target != "skeleton" and not GENERATED.search(target) and target not in tree.files:
        return f'"{included}" does not exist'
    layer = owner(name)
    if layer is None:
        return "is in a folder that the table of layers does not know"
    if target != "skeleton" and owner(target) == layer:
        return None
    if any(within(target, place) for place in MAY_INCLUDE[layer]):
        return None
    return f"{layer} may not include {included}"


def check(tree):
    found = []
    for name in tree.cpp():
        text = tree.read(name)
        for match in INCLUDE.finditer(text):
            problem = judge(tree, name, *match.groups())
            if problem:
                line = text.count("\n", 0, match.start(1 if match.group(1) else 2)) + 1
                found.append(f"{name}:{line}: {problem}")
    return found
