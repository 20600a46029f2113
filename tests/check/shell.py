# SPDX-License-Identifier: Apache-2.0
"""Shell scripts parse, and shellcheck has nothing to say about them."""

import shutil
import subprocess


def check(tree):
    names = tree.scripts("bash")
    found = []
    for name in names:
        done = subprocess.run(["bash", "-n", name], cwd=tree.root, capture_output=True, text=True)
        if done.returncode:
            found.append(done.stderr.strip())
    tool = shutil.which("shellcheck")
    if not tool:
        return found + ["shellcheck is not installed: run tools/install-packages"]
    if names:
        done = subprocess.run([tool, "-x", "--format=gcc", "--severity=style"] + names,
                              cwd=tree.root, capture_output=True, text=True)
        found += done.stdout.splitlines()
    return found
