# SPDX-License-Identifier: Apache-2.0
"""The product: sallyportd without an outer door, one worker, and its keys."""

import os
import subprocess

from harness import sandbox
from harness.peers import UPSTREAM_PORT, write

# Its offenders' policy would ban the one address that all load comes from.
CONFIG = """
store: {home}/registry.db
control:
  socket: {home}/control.sock
workers: 1
log:
  level: warn
offenders:
  exempt: [127.0.0.0/8]
services:
  - name: api
    listen: 127.0.0.1:{port}
    tls:
      certificate: {certificate}
      private_key: {certificate}
    upstream:
      address: 127.0.0.1:{upstream}
      max_idle_per_worker: 1024
"""


def words(scratch, port, certificate, _keys):
    home = f"{scratch}/sallyport"
    os.makedirs(home)
    config = write(f"{home}/sallyport.yaml", CONFIG.format(
        home=home, port=port, certificate=certificate, upstream=UPSTREAM_PORT))
    return [sandbox.binary("agent/sallyportd"), "--config", config]


def make_keys(scratch, count):
    """Returns the one that is known. They spread over ten users."""
    socket = f"{scratch}/sallyport/control.sock"
    cli = [sandbox.binary("control/cli/sallyport"), "--socket", socket]
    sandbox.wait_until(
        lambda: subprocess.run([*cli, "status"], capture_output=True).returncode == 0,
        "sallyportd does not answer its control socket")
    sandbox.command(*cli, "tenant", "create", "acme")
    users = [f"acme/user{n}" for n in range(10)]
    for user in users:
        sandbox.command(*cli, "user", "create", user)
    sandbox.command(sandbox.binary("tools/bench/sp-bench-keys"), socket, str(count - 1), *users)
    return sandbox.command(*cli, "key", "create", users[0], "-q").strip()
