# SPDX-License-Identifier: Apache-2.0
"""The source tree as the checks see it: every file that is, or would be, committed."""

import functools
import os
import subprocess


class Tree:
    def __init__(self, root, build=None):
        self.root = os.path.abspath(root)
        self.build = build

    @functools.cached_property
    def files(self):
        """Paths from the root, sorted. Without git (a tarball) every file but build/ counts."""
        if os.path.exists(os.path.join(self.root, ".git")):
            listed = subprocess.run(
                ["git", "-C", self.root, "ls-files", "-z", "-co", "--exclude-standard"],
                check=True, capture_output=True, text=True).stdout.split("\0")
        else:
            listed = [os.path.relpath(os.path.join(folder, name), self.root)
                      for folder, _, names in os.walk(self.root) for name in names]
            listed = [path for path in listed if not path.startswith("build/")]
        return sorted({path for path in listed
                       if path and os.path.isfile(os.path.join(self.root, path))})

    def path(self, name):
        return os.path.join(self.root, name)

    @functools.lru_cache(maxsize=None)
    def read(self, name):
        with open(self.path(name), encoding="utf-8", errors="replace") as file:
            return file.read()

    def lines(self, name):
        return self.read(name).splitlines()

    def with_suffix(self, *suffixes):
        return [name for name in self.files if name.endswith(suffixes)]

    def cpp(self):
        return self.with_suffix(".cpp", ".hpp", ".c", ".h")

    def headers(self):
        return self.with_suffix(".hpp", ".h")

    def scripts(self, interpreter):
        """Files whose first line names this interpreter, and files with its suffix."""
        suffix = {"bash": ".sh", "python3": ".py"}[interpreter]
        found = []
        for name in self.files:
            head = self.read(name)[:80].split("\n", 1)[0]
            if name.endswith(suffix) or (head.startswith("#!") and interpreter in head):
                found.append(name)
        return found

    def cmake(self):
        return [name for name in self.files
                if name.endswith((".cmake", "/CMakeLists.txt")) or name == "CMakeLists.txt"]
