/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#pragma once

#include "bpf/abi/address.h"

/* Whether the outer door acts for a service. Switched in the map, never by detaching. */
enum sp_mode {
	SP_MODE_OFF,     /* packets of the service pass unjudged */
	SP_MODE_OBSERVE, /* judged and counted, never dropped */
	SP_MODE_ENFORCE,
};

enum sp_service_kind {
	SP_SERVICE_TLS,
	SP_SERVICE_CLEARTEXT, /* behind another TLS hop */
};

/*
 * Key of sp_services. An all-zero address declares the port on every local address; the
 * exact address is looked up first.
 */
struct sp_service_key {
	struct sp_address local_address;
	__be16 local_port;
	__u8 protocol; /* IPPROTO_TCP */
	__u8 reserved; /* zero */
};
SP_LAYOUT(struct sp_service_key, 20);

/* Value of sp_services. Writer: agent. */
struct sp_service {
	__u16 id;  /* > 0; names the service in sp_connection_key */
	__u8 kind; /* enum sp_service_kind */
	__u8 mode; /* enum sp_mode */
};
SP_LAYOUT(struct sp_service, 4);
