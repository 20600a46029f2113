/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#pragma once

#include "bpf/abi/layout.h"

/*
 * Every outcome a packet can have, declared once: name, what becomes of the packet
 * (PASS or DROP), text for operators. The enum, the counters, the CLI's text and the
 * documentation come from this list. Tables hold these numbers and outlive an upgrade:
 * what is new comes last.
 */
#define SP_VERDICTS(X)                                                                   \
	X(PASS_NOT_IP, PASS, "not IPv4 or IPv6")                                         \
	X(PASS_UNPARSED, PASS, "headers are cut off or do not parse")                    \
	X(PASS_FRAGMENT, PASS, "an IP fragment")                                         \
	X(PASS_OTHER_PROTOCOL, PASS, "neither TCP nor UDP")                              \
	X(PASS_NOT_SERVICE, PASS, "not for a declared service")                          \
	X(PASS_OFF, PASS, "the service's outer door is off")                             \
	X(PASS_UNJUDGED, PASS, "nothing is known against it")                            \
	X(PASS_BOUND, PASS, "connection of a key in good standing")                      \
	X(PASS_CLOSING, PASS, "FIN or RST of a condemned connection, or over a limit")   \
	X(PASS_CIDR_ALLOWED, PASS, "source is on the operator's allow list")             \
	X(DROP_SOURCE_OFFENDER, DROP, "source kept presenting refused keys")             \
	X(DROP_SOURCE_BANNED, DROP, "source banned by an operator")                      \
	X(DROP_CIDR_DENIED, DROP, "source is on the operator's deny list")               \
	X(DROP_SOURCE_PACED, DROP, "source opens connections faster than it may")        \
	X(DROP_CONNECTION_OFFENDER, DROP, "connection kept presenting refused keys")     \
	X(DROP_KEY_REVOKED, DROP, "connection of a revoked key")                         \
	X(DROP_KEY_SUSPENDED, DROP, "connection of a suspended key")                     \
	X(DROP_KEY_EXPIRED, DROP, "connection of an expired key")                        \
	X(DROP_OWNER_INACTIVE, DROP,                                                     \
	  "connection of a key whose user or tenant is inactive")                        \
	X(DROP_KEY_OVER_PACKETS, DROP, "connection of a key over its packet rate")       \
	X(DROP_KEY_OVER_BYTES, DROP, "connection of a key over its byte rate")           \
	X(DROP_KEY_DENIED, DROP, "its first request presents a key that is denied")

enum sp_verdict {
#define X(name, action, text) SP_##name,
	SP_VERDICTS(X)
#undef X
	    SP_VERDICT_COUNT
};

/*
 * Value of sp_counters (per CPU), one element per verdict. In observe mode a drop verdict
 * is counted in observed_* and the packet passes. Writer: kernel.
 */
struct sp_counter {
	__u64 packets;
	__u64 bytes;
	__u64 observed_packets;
	__u64 observed_bytes;
	__u64 resets; /* of the dropped packets: so many were answered by a reset */
};
SP_LAYOUT(struct sp_counter, 40);
