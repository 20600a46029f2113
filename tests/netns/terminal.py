# SPDX-License-Identifier: Apache-2.0
"""terminal.py SECONDS TEXT KEY COMMAND…: runs the command in a terminal of 80 columns and 24 lines,
presses KEY once TEXT has been drawn, and ends with the command's exit status (99: it never drew it).
What was drawn goes to standard output, control sequences and all."""

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time


def main():
    deadline = time.monotonic() + float(sys.argv[1])
    text, key, command = sys.argv[2].encode(), sys.argv[3].encode(), sys.argv[4:]
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm"
        time.sleep(0.2)  # until the terminal has its size
        os.execvp(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    drawn, pressed = b"", False
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            part = os.read(terminal, 65536)
        except OSError:
            break  # the command has ended
        drawn += part
        if not pressed and text in drawn:
            os.write(terminal, key)
            pressed = True
    else:
        os.kill(child, 9)
    sys.stdout.buffer.write(drawn)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    sys.exit(status if pressed else 99)


main()
