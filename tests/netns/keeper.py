# SPDX-License-Identifier: Apache-2.0
"""keeper.py NOTIFY-SOCKET PID-FILE COMMAND…: what a service manager does for its service, in small: keeps
the descriptors that it is told to (sd_notify: FDSTORE, FDSTOREREMOVE), starts the command again
whenever it ends, and passes them to it (LISTEN_FDS). The command's process is in PID-FILE. Ends with
it, once it has been told to by SIGUSR1."""

import os
import select
import signal
import socket
import sys

kept = []  # (name, descriptor)
over = False


def stop(*_):
    global over
    over = True


def start(command):
    child = os.fork()
    if child:
        return child
    spare = [os.dup2(fd, 200 + i) for i, (_, fd) in enumerate(kept)]
    for i, fd in enumerate(spare):
        os.dup2(fd, 3 + i, inheritable=True)
        os.close(fd)
    os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(kept)),
                      LISTEN_FDNAMES=":".join(name for name, _ in kept))
    os.execvp(command[0], command)


def hear(message, descriptors):
    words = dict(line.split("=", 1) for line in message.decode().splitlines())
    name = words.get("FDNAME", "stored")
    for fd in descriptors:
        os.set_inheritable(fd, False)  # else the command would have copies that it knows nothing of
    if "FDSTORE" in words:
        kept.extend((name, fd) for fd in descriptors)
    if "FDSTOREREMOVE" in words:
        for gone in [one for one in kept if one[0] == name]:
            os.close(gone[1])
            kept.remove(gone)


def main():
    path, pid_file, command = sys.argv[1], sys.argv[2], sys.argv[3:]
    signal.signal(signal.SIGUSR1, stop)
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind(path)
    os.environ["NOTIFY_SOCKET"] = path
    child = None
    while True:
        if child is None:
            child = start(command)
            with open(pid_file, "w", encoding="utf-8") as file:
                file.write(f"{child}\n")
        if select.select([notify], [], [], 0.02)[0]:
            hear(*socket.recv_fds(notify, 4096, 16)[:2])
            continue
        if os.waitpid(child, os.WNOHANG)[0]:
            child = None
            if over:
                return


main()
