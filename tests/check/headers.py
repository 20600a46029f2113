# SPDX-License-Identifier: Apache-2.0
"""Every header compiles by itself; those of bpf/abi as C and as C++.

A header that is the first include of a source in the build is proven by that build. What was
proven once, in the same words, is remembered in the build folder.
"""

import concurrent.futures
import hashlib
import json
import os
import subprocess

from layers import INCLUDE

CXX = ["g++", "-std=c++20", "-fsyntax-only", "-DBOOST_ASIO_NO_DEPRECATED",
       '-DSALLYPORT_VERSION="check"', "-x", "c++"]
C = ["gcc", "-std=c11", "-fsyntax-only", "-x", "c"]
BPF = ["clang-14", "-target", "bpf", "-mcpu=v3", "-O2", "-std=gnu11", "-fsyntax-only", "-x", "c"]


def compilers(name):
    if name.startswith("bpf/abi/"):
        return [CXX, C]
    if name.startswith("bpf/"):
        return [BPF]
    return [CXX]


def proven_by_build(tree):
    """Headers that some source of compile_commands.json includes before anything else."""
    try:
        with open(os.path.join(tree.build, "compile_commands.json"), encoding="utf-8") as file:
            commands = json.load(file)
    except (OSError, TypeError):
        return set()
    proven = set()
    for command in commands:
        name = os.path.relpath(command["file"], tree.root)
        if name in tree.files:
            first = INCLUDE.search(tree.read(name))
            if first and first.group(1):
                proven.add(first.group(1))
    return proven


def closure(tree, name):
    """The header and every header of the tree that it reaches."""
    reached, waiting = set(), [name]
    while waiting:
        current = waiting.pop()
        if current in reached or current not in tree.files:
            continue
        reached.add(current)
        waiting += [quoted or angled for quoted, angled in INCLUDE.findall(tree.read(current))]
    return sorted(reached)


def fingerprint(tree, name, command):
    digest = hashlib.sha256(repr(command).encode())
    digest.update(subprocess.run([command[0], "--version"], capture_output=True).stdout)
    for reached in closure(tree, name):
        digest.update(reached.encode() + b"\0" + tree.read(reached).encode() + b"\0")
    return digest.hexdigest()


def compile_alone(tree, name, command):
    search = ["-I", tree.root]
    if tree.build:
        search += ["-I", tree.build, "-isystem", os.path.join(tree.build, "bpf"),
                   "-isystem", os.path.join(tree.build, "control", "proto")]
    if command is BPF:
        machine = subprocess.run(["gcc", "-print-multiarch"], capture_output=True, text=True)
        search += ["-isystem", "/usr/include/" + machine.stdout.strip()]
    unit = f'#include "{name}"\n'
    done = subprocess.run(command + search + ["-"], input=unit, capture_output=True, text=True,
                          cwd=tree.root)
    if done.returncode == 0:
        return None
    errors = [line for line in done.stderr.splitlines() if "error" in line] or [done.stderr]
    return f"{name} does not compile by itself ({command[0]}): {errors[0].strip()}"


def check(tree):
    memory = os.path.join(tree.build, "check", "headers") if tree.build else None
    if memory:
        os.makedirs(memory, exist_ok=True)
    skip = proven_by_build(tree)

    def prove(job):
        name, command = job
        mark = memory and os.path.join(memory, fingerprint(tree, name, command))
        if mark and os.path.exists(mark):
            return None
        problem = compile_alone(tree, name, command)
        if mark and not problem:
            open(mark, "w", encoding="utf-8").close()
        return problem

    jobs = [(name, command) for name in tree.headers() for command in compilers(name)
            if not (command is CXX and name in skip)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        return [problem for problem in pool.map(prove, jobs) if problem]
