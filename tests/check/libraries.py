# SPDX-License-Identifier: Apache-2.0
"""Each third-party library is known to few folders; libbpf to agent/datapath alone."""

import re

from layers import INCLUDE, within

EVERY_TEST = ["tools", "tests"]

# What an include begins with → the folders that may know that library.
KNOWN_TO = {
    "bpf/bpf_helpers.h": ["bpf"] + EVERY_TEST,
    "bpf/bpf_endian.h": ["bpf"] + EVERY_TEST,
    "bpf/": ["agent/datapath"] + EVERY_TEST,
    "xdp/": ["agent/datapath"] + EVERY_TEST,
    "sqlite3": ["agent/registry"] + EVERY_TEST,
    "yaml-cpp/": ["agent/config", "control/cli"] + EVERY_TEST,
    "grpc": ["agent/service", "agent/app", "control"] + EVERY_TEST,
    "google/protobuf": ["agent/service", "control"] + EVERY_TEST,
    "CLI/": ["agent/main.cpp", "agent/app", "control/cli"] + EVERY_TEST,
    "openssl/ssl": ["agent/terminator"] + EVERY_TEST,
    "boost/asio": ["agent/terminator", "agent/app"] + EVERY_TEST,
    "boost/beast": ["agent/http", "agent/terminator"] + EVERY_TEST,
    "spdlog/": ["agent/telemetry", "agent/app", "agent/main.cpp"] + EVERY_TEST,
    "nghttp2/": ["agent/terminator"] + EVERY_TEST,
    "ncurses": ["control/cli"] + EVERY_TEST,
    "prometheus/": ["agent/telemetry"] + EVERY_TEST,
    "gtest/": ["tests"],
    "gmock/": ["tests"],
}

LINKED = re.compile(r"^\s*(?:sp_layer|target_link_libraries)\s*\(([^)]*)\)", re.MULTILINE)
LIBBPF_TARGETS = {"bpf", "xdp", "sp_bpf_sallyport"}
MAY_LINK_LIBBPF = ["agent/datapath", "tools", "tests"]


def places_of(included):
    if included.endswith(".skel.h"):
        return None  # ours: see check.layers
    for prefix, places in KNOWN_TO.items():
        if included.startswith(prefix):
            return places
    return None


def check(tree):
    found = []
    for name in tree.cpp():
        for _, angled in INCLUDE.findall(tree.read(name)):
            places = places_of(angled) if angled else None
            if places and not any(within(name, place) for place in places):
                found.append(f"{name}: <{angled}> belongs to {', '.join(places)}")
    for name in tree.cmake():
        if any(within(name, place) for place in MAY_LINK_LIBBPF):
            continue
        for arguments in LINKED.findall(tree.read(name)):
            if LIBBPF_TARGETS & set(arguments.split()):
                found.append(f"{name}: links libbpf, which belongs to agent/datapath")
    return found
