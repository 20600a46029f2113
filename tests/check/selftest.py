#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every check finds what is planted for it, and nothing in a clean tree."""

import importlib
import os
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from run import NAMES  # noqa: E402
from tree import Tree  # noqa: E402

APACHE = "// SPDX-License-Identifier: Apache-2.0\n"
ABI = "/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */\n"
GPL = "/* SPDX-License-Identifier: GPL-2.0-only */\n"
SHELL = "#!/usr/bin/env bash\n# SPDX-License-Identifier: Apache-2.0\n"
CMAKE = "# SPDX-License-Identifier: Apache-2.0\n"

CLEAN = {
    "CMakeLists.txt": CMAKE,
    "bpf/abi/word.h": ABI + "#pragma once\n\n#include <linux/types.h>\n",
    "bpf/lib/use.h": GPL + '#pragma once\n\n#include "bpf/abi/word.h"\n',
    "agent/base/one.hpp": APACHE + "#pragma once\n\n#include <string>\n",
    "agent/base/one.cpp": APACHE + '#include "agent/base/one.hpp"\n',
    "agent/base/CMakeLists.txt": CMAKE + "sp_layer(base SOURCES one.cpp)\n",
    "agent/config/two.hpp": APACHE + '#pragma once\n\n#include "agent/base/one.hpp"\n',
    "agent/config/CMakeLists.txt": CMAKE + "sp_layer(config SOURCES two.cpp PUBLIC sp_base)\n",
    "agent/terminator/edge.hpp": APACHE + "#pragma once\n",
    "agent/terminator/other.hpp": APACHE + "#pragma once\n",
    "agent/sync/port.hpp": APACHE + '#pragma once\n\n#include "agent/terminator/edge.hpp"\n',
    "tools/hello": SHELL + 'echo "$1"\n',
}

# (check, file, its text, a piece of the finding)
PLANTED = [
    ("layers", "agent/base/up.cpp", APACHE + '#include "agent/config/two.hpp"\n',
     "agent/base may not include agent/config/two.hpp"),
    ("layers", "agent/sync/x.cpp", APACHE + '#include "agent/terminator/other.hpp"\n',
     "agent/sync may not include"),
    ("layers", "agent/app/x.cpp", APACHE + '#include "tests/support/x.hpp"\n', "does not exist"),
    ("layers", "agent/base/near.cpp", APACHE + '#include "one.hpp"\n', "not a full path"),
    ("layers", "agent/base/sly.cpp", APACHE + '# include <agent/config/two.hpp>\n',
     "may not include"),
    ("layers", "agent/sync/skel.cpp", APACHE + '#include <sallyport.skel.h>\n',
     "agent/sync may not include sallyport.skel.h"),
    ("layers", "agent/sync/rpc.cpp", APACHE + '#include "sallyport/control/v1/control.pb.h"\n',
     "agent/sync may not include sallyport/control"),
    ("layers", "agent/new/x.cpp", APACHE + '#include "agent/base/one.hpp"\n', "does not know"),
    ("libraries", "agent/sync/map.cpp", APACHE + "#include <bpf/libbpf.h>\n", "agent/datapath"),
    ("libraries", "agent/association/q.cpp", APACHE + "#include <sqlite3.h>\n", "agent/registry"),
    ("libraries", "agent/sync/CMakeLists.txt", CMAKE + "sp_layer(sync PUBLIC sp_base bpf)\n",
     "links libbpf"),
    ("links", "agent/base/CMakeLists.txt", CMAKE + "sp_layer(base PUBLIC sp_config)\n", "cycle"),
    ("links", "agent/http/CMakeLists.txt", CMAKE + "sp_layer(http\n  PRIVATE sp_config)\n",
     "sp_http (agent/http) may not link sp_config"),
    ("headers", "agent/base/needy.hpp", APACHE + "#pragma once\nstd::string name();\n",
     "agent/base/needy.hpp does not compile by itself"),
    ("headers", "bpf/abi/plus.h", ABI + "#pragma once\nstruct a { int b = 1; };\n", "(gcc)"),
    ("headers", "bpf/lib/bare.h", GPL + "#pragma once\nstatic __u32 word;\n", "(clang-14)"),
    ("format", "agent/base/ugly.cpp", APACHE + "int  main( ){return 0;}\n", "ugly.cpp:2"),
    ("licences", "agent/base/none.cpp", "int one;\n", "0 SPDX lines"),
    ("licences", "agent/base/wrong.cpp", GPL, "is under GPL-2.0-only"),
    ("licences", "bpf/lib/wrong.h", APACHE, "bpf/lib/wrong.h: is under Apache-2.0"),
    ("licences", "tools/bare", "#!/bin/sh\ntrue\n", "0 SPDX lines"),
    ("sizes", "agent/base/long.hpp", APACHE + "\n" * 120, "121 lines, 120 allowed"),
    ("sizes", "agent/base/long.cpp", APACHE + "\n" * 250, "251 lines, 250 allowed"),
    ("sizes", "tools/long", SHELL + "\n" * 250, "252 lines, 250 allowed"),
    ("sizes", "tests/unit/long.cpp", APACHE + "\n" * 300, "301 lines, 300 allowed"),
    ("layout", "src/x.cpp", APACHE, "src does not belong at the top level"),
    ("layout", "NOTES.md", "notes\n", "NOTES.md does not belong"),
    ("layout", "tools/mine", SHELL + "ls /ho" + "me/me/sallyport\n", "a path of one machine"),
    ("manners", "agent/base/twice.hpp", APACHE + "int x();\n", "no #pragma once"),
    ("manners", "agent/base/loud.hpp", APACHE + "#pragma once\nusing namespace std;\n",
     "using namespace"),
    ("manners", "agent/base/later.cpp", APACHE + "// TO" + "DO: finish\n", "issue's number"),
    ("shell", "tools/broken", SHELL + "if true; then\n", "syntax error"),
    ("shell", "tools/loose", SHELL + "rm $1/x\n", "SC2086"),
]


def plant(folder, files):
    for name, text in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def findings(check, files):
    with tempfile.TemporaryDirectory(prefix="sallyport-check.") as folder:
        plant(folder, files)
        root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        for form in (".clang-format", "bpf/.clang-format"):
            with open(os.path.join(root, form), encoding="utf-8") as file:
                plant(folder, {form: file.read()})
        return importlib.import_module(check).check(Tree(folder))


class EveryCheck(unittest.TestCase):
    def test_finds_nothing_in_a_clean_tree(self):
        for check in NAMES:
            with self.subTest(check=check):
                self.assertEqual(findings(check, CLEAN), [])

    def test_finds_what_is_planted_for_it(self):
        for check, name, text, piece in PLANTED:
            with self.subTest(check=check, file=name):
                found = findings(check, {**CLEAN, name: text})
                self.assertTrue(any(piece in line for line in found), found)

    def test_has_something_planted_for_it(self):
        self.assertEqual({check for check, *_ in PLANTED}, set(NAMES))

    def test_accepts_a_to_do_that_names_its_issue(self):
        named = APACHE + "// TO" + "DO(#12): later\n"
        self.assertEqual(findings("manners", {**CLEAN, "agent/base/x.cpp": named}), [])

    def test_remembers_a_proven_header_until_its_words_change(self):
        with tempfile.TemporaryDirectory(prefix="sallyport-check.") as folder:
            plant(folder, CLEAN)
            headers = importlib.import_module("headers")
            build = os.path.join(folder, "build")
            self.assertEqual(headers.check(Tree(folder, build)), [])
            plant(folder, {"agent/base/one.hpp": APACHE + "#pragma once\nstd::string x();\n"})
            found = headers.check(Tree(folder, build))
            self.assertEqual(len(found), 2, found)  # the header, and the one that includes it


if __name__ == "__main__":
    unittest.main()
