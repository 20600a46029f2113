# SPDX-License-Identifier: Apache-2.0
"""The link graph that CMake is given has no cycle and follows the layers."""

import os
import re

from layers import MAY_INCLUDE, within

CALL = re.compile(r"^\s*(sp_layer|target_link_libraries)\s*\(([^)]*)\)", re.MULTILINE)
COMMENT = re.compile(r"#.*")


def edges(tree):
    """{target: {linked target}} and {target: folder} of our own libraries."""
    graph, folder = {}, {}
    for name in tree.cmake():
        if not name.startswith(("agent/", "control/")):
            continue
        for call, body in CALL.findall(COMMENT.sub("", tree.read(name))):
            words = body.split()
            target = "sp_" + words[0] if call == "sp_layer" else words[0]
            graph.setdefault(target, set()).update(
                word for word in words[1:] if word.startswith("sp_"))
            if call == "sp_layer":
                folder[target] = os.path.dirname(name)
    return graph, folder


def find_cycle(graph):
    done, path = set(), []

    def visit(node):
        if node in path:
            return path[path.index(node):] + [node]
        if node in done:
            return None
        path.append(node)
        for following in sorted(graph.get(node, ())):
            cycle = visit(following)
            if cycle:
                return cycle
        path.pop()
        done.add(node)
        return None

    for start in sorted(graph):
        cycle = visit(start)
        if cycle:
            return cycle
    return None


def check(tree):
    graph, folder = edges(tree)
    found = []
    cycle = find_cycle(graph)
    if cycle:
        found.append("cycle: " + " → ".join(cycle))
    for target, place in folder.items():
        allowed = MAY_INCLUDE.get(place)
        if allowed is None:
            found.append(f"{target}: the table of layers does not know {place}")
            continue
        for linked in sorted(graph[target]):
            where = folder.get(linked)
            ports = [os.path.dirname(port) for port in allowed if port.endswith(".hpp")]
            if where and where != place and where not in ports and not any(
                    within(where, layer) for layer in allowed):
                found.append(f"{target} ({place}) may not link {linked} ({where})")
    return found
