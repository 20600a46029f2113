# SPDX-License-Identifier: Apache-2.0
"""clang-format 14 would change nothing; bpf/ has a form of its own."""

import re
import shutil
import subprocess

COMPLAINT = re.compile(r"^(\S+?:\d+):\d+: error: code should be clang-formatted", re.MULTILINE)


def check(tree):
    tool = shutil.which("clang-format-14")
    if not tool:
        return ["clang-format-14 is not installed: run tools/install-packages"]
    names = tree.cpp()
    if not names:
        return []
    done = subprocess.run([tool, "--dry-run", "--Werror", "--style=file"] + names,
                          cwd=tree.root, capture_output=True, text=True)
    places = sorted(set(COMPLAINT.findall(done.stderr)))
    if done.returncode and not places:
        return [done.stderr.strip()]
    return [f"{place}: run clang-format-14 -i on it" for place in places]
