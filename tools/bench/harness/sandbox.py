# SPDX-License-Identifier: Apache-2.0
"""Namespaces, files and processes of the bench, none of which outlives it."""

import atexit
import contextlib
import os
import shutil
import subprocess
import tempfile
import time

from harness.report import BenchError, progress

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
os.environ["PATH"] += ":/usr/sbin:/sbin"


def binary(path):
    """One of ours, by its path in the build directory."""
    full = os.path.join(os.environ.get("SALLYPORT_BUILD", ""), path)
    if not os.path.exists(full):
        raise BenchError(f"{full} is not built: run tools/build")
    return full


def need(command, package):
    if not shutil.which(command):
        raise BenchError(f"{command} is missing; apt-get install {package}")


def check():
    if os.geteuid() != 0:
        raise BenchError("needs root, to make network namespaces and load programs")
    if os.cpu_count() < 2:
        raise BenchError("needs two CPUs: one sends, the other one is measured")
    need("ip", "iproute2")
    if subprocess.run(["unshare", "--mount", "--net", "true"], capture_output=True).returncode:
        raise BenchError("this machine does not let root make namespaces (unshare fails)")


def arrange():
    """Called first thing inside: private mounts, a scratch directory, and right of way."""
    command("mount", "-t", "sysfs", "sysfs", "/sys")
    command("mount", "-t", "bpf", "bpf", "/sys/fs/bpf")
    os.makedirs("/run/netns", exist_ok=True)
    command("mount", "-t", "tmpfs", "tmpfs", "/run/netns")
    command("ip", "link", "set", "lo", "up")
    go_first()


def go_first():
    """Before all that else runs here; where this is refused, figures are only noisier."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, -20)
    with contextlib.suppress(OSError), open("/proc/self/autogroup", "w", encoding="ascii") as file:
        file.write("-20")


def take_precedence(process, priority):
    """In real time: a nice value does not reach beyond a session (see sched(7), autogroup)."""
    with contextlib.suppress(OSError):
        os.sched_setscheduler(process, os.SCHED_FIFO, os.sched_param(priority))


@contextlib.contextmanager
def precedence():
    """For this process, before those it measures: else it could not look when it wants to."""
    take_precedence(0, 2)
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def scratch():
    """A directory in memory, removed at the end: nobody's disk is measured."""
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    path = tempfile.mkdtemp(prefix="sallyport-bench.", dir=base)
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def command(*words, **options):
    """Runs it to its end; returns its standard output."""
    done = subprocess.run(words, capture_output=True, text=True, **options)
    if done.returncode:
        raise BenchError(f"{' '.join(words)} failed: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def start(*words, cpu=None, **options):
    """Starts it, on a CPU if one is named; it dies with this process."""
    pin = ["taskset", "-c", str(cpu)] if cpu is not None else []
    return subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *pin, *words], text=True, **options)


@contextlib.contextmanager
def running(*words, **options):
    process = start(*words, **options)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            progress(f"{words[0]} does not end; killing it")
            process.kill()
            process.wait()


def wait_until(true, what, seconds=10.0):
    """`what` completes: "gave up after 10 s: …"."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise BenchError(f"gave up after {seconds:g} s: {what}")
        time.sleep(0.01)
