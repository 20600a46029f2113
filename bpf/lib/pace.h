/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether a source opens connections faster than it may. */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "bpf/lib/budget.h"
#include "bpf/lib/line.h"
#include "bpf/lib/maps.h"
#include "bpf/lib/parse.h"

/*
 * Spends one connection of the source's clock. A source that has none begins with a full
 * budget; one that the table does not take passes. The first SYNs of a source on several
 * CPUs at once may each begin one: at most a CPU's worth more is admitted.
 *
 * Out of line, and global so that the verifier walks it once: only SYNs come here.
 */
__noinline __u32 sp_pace(const struct sp_address *source, __u64 cost_ns, __u64 burst_ns)
{
	__u64 now = bpf_ktime_get_boot_ns();
	struct sp_pace first = {.clock_ns = now + cost_ns};
	struct sp_address key;
	struct sp_pace *pace;

	if (!source)
		return SP_PASS_UNJUDGED;
	key = *source; /* before Linux 6.2 an argument's memory can't be a lookup's key */
	pace = bpf_map_lookup_elem(&sp_paces, &key);
	if (!pace) {
		bpf_map_update_elem(&sp_paces, &key, &first, BPF_NOEXIST);
		return SP_PASS_UNJUDGED;
	}
	return sp_spend(&pace->clock_ns, cost_ns, burst_ns, now) ? SP_PASS_UNJUDGED
								 : SP_DROP_SOURCE_PACED;
}

static __always_inline enum sp_verdict sp_judge_pace(const struct sp_packet *packet,
						     int is_v6)
{
	__u32 zero = 0;
	struct sp_control *control = bpf_map_lookup_elem(&sp_control, &zero);
	struct sp_address source;
	__u64 cost_ns;

	if (!control)
		return SP_PASS_UNJUDGED;
	cost_ns = SP_READ_ONCE(control->pace_cost_ns);
	if (!cost_ns)
		return SP_PASS_UNJUDGED;
	source = is_v6 ? packet->source : sp_map_v4(packet->v4_source);
	if (is_v6)
		__builtin_memset(source.bytes + 8, 0, 8);
	return sp_pace(&source, cost_ns, SP_READ_ONCE(control->pace_burst_ns));
}
