#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What sp-trafficgen sends: the right frames in the right order, with checksums that hold."""

import json
import os
import socket
import struct
import subprocess
import sys
import tempfile

INSIDE = "SALLYPORT_FRAMES_INSIDE"
SENDER = os.path.join(os.environ["SALLYPORT_BUILD"], "tools/trafficgen/sp-trafficgen")
ETH_P_IP, ETH_P_IPV6 = 0x0800, 0x86DD
ETHERNET = 14
SO_RCVBUFFORCE = 33


def run(*words):
    subprocess.run(words, check=True)


def generate(*words):
    return subprocess.run([SENDER, "--interface", "s0", *words], capture_output=True, text=True,
                          timeout=60)


def folded(data):
    """RFC 1071; 0xffff when the checksum in the data is right."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def segment(frame, family):
    """The source's address and the TCP segment, after both checksums held."""
    ip = frame[ETHERNET:]
    if family == socket.AF_INET:
        assert folded(ip[:20]) == 0xFFFF, "IPv4 checksum"
        tcp = ip[20:struct.unpack_from("!H", ip, 2)[0]]
        addresses = ip[12:20]
    else:
        tcp = ip[40:40 + struct.unpack_from("!H", ip, 4)[0]]
        addresses = ip[8:40]
    pseudo = addresses + struct.pack("!IHBB", len(tcp), 0, 0, socket.IPPROTO_TCP)
    assert folded(pseudo + tcp) == 0xFFFF, "TCP checksum"
    return socket.inet_ntop(family, addresses[:len(addresses) // 2]), tcp


def dissect(frame, family):
    """(source, source port, destination port, flags, payload's length)"""
    source, tcp = segment(frame, family)
    return source, *struct.unpack_from("!HH", tcp), tcp[13], len(tcp) - 20


def said(frame, family):
    """(sequence number, payload)"""
    _, tcp = segment(frame, family)
    return struct.unpack_from("!I", tcp, 4)[0], tcp[20:]


def received(family, count, *words, look=dissect):
    """What arrives at r0 while sp-trafficgen runs with these options."""
    protocol = ETH_P_IP if family == socket.AF_INET else ETH_P_IPV6
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(protocol)) as tap:
        tap.bind(("r0", protocol))
        tap.settimeout(5)
        tap.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 24)  # a frame takes a page
        done = generate("--count", str(count), *words)
        assert done.returncode == 0, done.stderr
        sums = json.loads(done.stdout)
        assert sums["sent"] == count and sums["taken"] >= count, sums
        frames = []
        while len(frames) < count:
            frame = tap.recv(2048)
            next_header = frame[ETHERNET + (9 if family == socket.AF_INET else 6)]
            if next_header == socket.IPPROTO_TCP:  # not the neighbours' talk
                frames.append(frame)
    with open("/sys/class/net/r0/address", encoding="ascii") as file:
        mac = bytes.fromhex(file.read().strip().replace(":", ""))
    assert all(frame[:6] == mac for frame in frames), "not sent to the peer's MAC address"
    return [look(frame, family) for frame in frames]


def check_ipv4():
    got = received(socket.AF_INET, 131, "--source", "192.0.2.8/31", "--source-port", "2000",
                   "--flows", "2", "--flags", "syn", "--destination", "192.0.2.1:443")
    turns = [("192.0.2.8", 2000), ("192.0.2.9", 2000), ("192.0.2.8", 2001), ("192.0.2.9", 2001)]
    assert got == [(*turns[n % 4], 443, 0x02, 0) for n in range(131)], got[:8]


def check_ipv6():
    got = received(socket.AF_INET6, 9, "--source", "2001:db8:0:fffe::7/62", "--sources", "3",
                   "--flags", "psh-ack", "--payload", "33", "--destination", "[2001:db8::1]:8443")
    sources = ["2001:db8:0:fffe::7", "2001:db8:0:ffff::7", "2001:db8:1::7"]
    assert got == [(sources[n % 3], 1024, 8443, 0x18, 33) for n in range(9)], got


def check_payload_file():
    request = b"GET / HTTP/1.1\r\nX-API-Key: none\r\n\r\n"  # an odd number of bytes
    with tempfile.NamedTemporaryFile() as file:
        file.write(request)
        file.flush()
        got = received(socket.AF_INET, 5, "--source", "192.0.2.8", "--flags", "psh-ack",
                       "--sequence", "4294967295", "--payload-file", file.name, "--destination",
                       "192.0.2.1:80", look=said)
    assert len(request) % 2 and got == [(4294967295, request)] * 5, got


def check_random():
    got = received(socket.AF_INET, 640, "--source", "192.0.2.64", "--sources", "16", "--random",
                   "--flags", "rst", "--destination", "192.0.2.1:443")
    seen = [source for source, *_ in got]
    assert set(seen) == {f"192.0.2.{64 + n}" for n in range(16)}, sorted(set(seen))
    assert seen[:16] != seen[16:32], "an order that repeats"


def check_seconds():
    done = generate("--seconds", "0.3", "--source", "192.0.2.8", "--destination", "192.0.2.1:443")
    assert done.returncode == 0, done.stderr
    sums = json.loads(done.stdout)
    assert 0.3 <= sums["seconds"] < 5 and sums["sent"] > 1000, sums


def check_rate():
    target = ["--source", "192.0.2.8", "--destination", "192.0.2.1:443"]
    got = received(socket.AF_INET, 101, "--rate", "3000", *target)
    assert len(got) == 101, len(got)
    for burst in ([], ["--burst", "4096"]):
        done = generate("--rate", "1000", "--count", "250", *burst, *target)
        assert done.returncode == 0, done.stderr
        # Never ahead of the rate: the 250th frame is due after a quarter of a second.
        assert json.loads(done.stdout)["seconds"] >= 0.249, done.stdout


def check_refusals():
    target = ["--source", "192.0.2.8", "--destination", "192.0.2.1:443"]
    for words, text in (
            (["--interface", "lo", "--count", "1", *target], "is no veth"),
            (["--interface", "none0", "--count", "1", *target], "no such interface"),
            (["--interface", "s0", *target], "--count or --seconds"),
            (["--interface", "s0", "--count", "1", "--source", "192.0.2.8", "--destination",
              "[2001:db8::1]:443"], "different families"),
            (["--interface", "s0", "--count", "1", "--source", "10.0.0.0/7", "--destination",
              "192.0.2.1:443"], "too many sources"),
            (["--interface", "s0", "--count", "1", "--payload-file", "/none", *target],
             "can't read /none")):
        done = subprocess.run([SENDER, *words], capture_output=True, text=True)
        assert done.returncode == 2 and text in done.stderr, (words, done)
    run("ethtool", "-K", "r0", "gro", "off")
    done = generate("--count", "1000", *target)
    assert done.returncode == 2 and "gro on" in done.stderr, done


def main():
    if INSIDE not in os.environ:
        if os.geteuid() or subprocess.run(["unshare", "--net", "true"]).returncode:
            print("skipped: needs root, to make network namespaces")
            return 77
        os.environ[INSIDE] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--net", sys.executable, __file__])
    run("mount", "-t", "sysfs", "sysfs", "/sys")
    run("ip", "link", "add", "r0", "type", "veth", "peer", "name", "s0")
    run("ethtool", "-K", "r0", "gro", "on")
    for name in ("r0", "s0"):
        run("ip", "link", "set", name, "up")
    for check in (check_ipv4, check_ipv6, check_payload_file, check_random,
                  check_seconds, check_rate, check_refusals):
        check()
        print(f"{check.__name__}: as it should be")
    return 0


if __name__ == "__main__":
    sys.exit(main())
