# SPDX-License-Identifier: Apache-2.0
"""Peers that drop in the kernel's stack, after a socket buffer was made: TC, nftables, iptables.

They have no XDP program, so GRO has to be on: else veth hands frames to the sender's CPU.
"""

import ipaddress
import json

from harness import sandbox
from harness.packet_subjects import ENOUGH, INTERFACE, TRAFFIC_FROM, Driver
from harness.receiver import TAKEN
from harness.report import BenchError

NFT_RULES = """
table netdev bench {
  set sources { type ipv4_addr; size %d; elements = { %s }; }
  chain ingress {
    type filter hook ingress device %s priority 0;
    ip saddr @sources counter drop;
  }
}
"""


class StackPeer:
    """`arrange` and `remove` make and undo it; `counted` says what it has dropped."""

    counter = TAKEN  # the driver does not know what becomes of it
    counts = False

    def __init__(self, case):
        self.case = case

    def __enter__(self):
        sandbox.command("ethtool", "-K", INTERFACE, "gro", "on")
        self.arrange()
        return self

    def __exit__(self, *_):
        self.remove()
        sandbox.command("ethtool", "-K", INTERFACE, "gro", "off")

    def verify(self, receiver):
        """What the driver took in and the peer let pass was not dropped there."""
        taken = receiver.taken()
        counted = self.counted()
        if counted < taken * ENOUGH:
            raise BenchError(f"{type(self).__name__} dropped {counted} of {taken} packets")


class TcDrop(StackPeer):
    """A program at clsact ingress that shoots all."""

    def arrange(self):
        self.driver = Driver(self.case, "tc-drop")
        self.driver.__enter__()

    def remove(self):
        self.driver.__exit__()

    def counted(self):
        shown = json.loads(sandbox.command("tc", "-s", "-j", "qdisc", "show", "dev", INTERFACE))
        return next(qdisc["drops"] for qdisc in shown if qdisc["kind"] == "clsact")


class NftIngress(StackPeer):
    """The earliest hook that nftables has, and a set of the sources."""

    def arrange(self):
        first = int(ipaddress.ip_address(TRAFFIC_FROM))
        sources = [str(ipaddress.ip_address(first + n)) for n in range(self.case.sources)]
        rules = NFT_RULES % (len(sources), ",".join(sources), INTERFACE)
        sandbox.command("nft", "-f", "-", input=rules)

    def remove(self):
        sandbox.command("nft", "delete", "table", "netdev", "bench")

    def counted(self):
        shown = json.loads(sandbox.command("nft", "-j", "list", "chain", "netdev", "bench",
                                           "ingress"))
        rule = next(item["rule"] for item in shown["nftables"] if "rule" in item)
        return next(part["counter"]["packets"] for part in rule["expr"] if "counter" in part)


class IptablesRaw(StackPeer):
    """One rule for all sources, in the table that comes before connection tracking."""

    RULE = ("-i", INTERFACE, "-s", TRAFFIC_FROM + "/10", "-j", "DROP")  # a million fit

    def arrange(self):
        sandbox.command("iptables", "-t", "raw", "-A", "PREROUTING", *self.RULE)

    def remove(self):
        sandbox.command("iptables", "-t", "raw", "-D", "PREROUTING", *self.RULE)

    def counted(self):
        rows = sandbox.command("iptables", "-t", "raw", "-nvxL", "PREROUTING").splitlines()
        return int(rows[2].split()[0])


PEERS = {"tc-drop": TcDrop, "nft-ingress": NftIngress, "iptables-raw": IptablesRaw}
NEEDS = {"tc-drop": ("tc", "iproute2"), "nft-ingress": ("nft", "nftables"),
         "iptables-raw": ("iptables", "iptables")}  # command and package
