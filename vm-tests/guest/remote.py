#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A guest that does what another one of its private network asks for.

  remote.py ADDRESS PORT
      runs each command that is posted to /, as bash does, and answers with what it printed and, in
      the field Exit-Status, how it ended; ends itself when something is posted to /end
"""

import http.server
import subprocess
import sys


class Commands(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        command = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/end":
            self.server.is_over = True
            done = subprocess.CompletedProcess([], 0, stdout=b"")
        else:
            done = subprocess.run(["bash", "-c", command], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        self.send_response(200)
        self.send_header("Exit-Status", str(done.returncode))
        self.send_header("Content-Length", str(len(done.stdout)))
        self.end_headers()
        self.wfile.write(done.stdout)

    def log_message(self, *_):
        pass


def main():
    server = http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Commands)
    server.is_over = False
    server.timeout = 0.2
    while not server.is_over:
        server.handle_request()
    server.server_close()


main()
