/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every map, by the name that the contract gives it. Capacities are set by the agent
 * before load. Pinned by the agent, so that verdicts outlive it.
 */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "bpf/abi/cidr.h"
#include "bpf/abi/connection.h"
#include "bpf/abi/control.h"
#include "bpf/abi/denied_key.h"
#include "bpf/abi/event.h"
#include "bpf/abi/key_slot.h"
#include "bpf/abi/key_usage.h"
#include "bpf/abi/line.h"
#include "bpf/abi/service.h"
#include "bpf/abi/source.h"
#include "bpf/abi/verdict.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sp_control);
} sp_control SEC(".maps");

/* Records are struct sp_event. What finds it full is counted in sp_event_losses. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} sp_events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} sp_event_losses SEC(".maps");

/* Set before load: how many lines each table has, and what scatters keys over them. */
const volatile __u32 sp_connection_line_count = 1;
const volatile __u32 sp_source_line_count = 1;
const volatile __u64 sp_line_seed;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, SP_SERVICE_PORTS);
	__type(key, __u32);
	__type(value, struct sp_service_port);
} sp_service_ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct sp_service_key);
	__type(value, struct sp_service);
} sp_services SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 32768);
	__type(key, __u32);
	__type(value, struct sp_line);
} sp_source_lines SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 131072);
	__type(key, __u32);
	__type(value, struct sp_line);
} sp_connection_lines SEC(".maps");

/* Never LRU: a flood must not evict a ban. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct sp_address);
	__type(value, struct sp_source_state);
} sp_sources SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, SP_CIDR_LISTS *SP_CIDR_WORDS);
	__type(key, __u32);
	__type(value, __u64);
} sp_cidr_blocks SEC(".maps");

/* What a list's trie is like; those in force are made by the agent, of the size needed.
 */
struct sp_cidr_trie {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(struct sp_cidr_key));
	__uint(value_size, sizeof(struct sp_cidr_state));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, SP_CIDR_LISTS);
	__type(key, __u32);
	__array(values, struct sp_cidr_trie);
} sp_cidrs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct sp_address);
	__type(value, struct sp_pace);
} sp_paces SEC(".maps");

/* Not allocated ahead: only IPv6 and what finds its line full is here. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 262144);
	__type(key, struct sp_connection_key);
	__type(value, struct sp_connection);
} sp_connections SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 65536);
	__type(key, __u32);
	__type(value, struct sp_key_slot);
} sp_key_slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 65536);
	__type(key, __u32);
	__type(value, struct sp_key_clocks);
} sp_key_clocks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SP_VERDICT_COUNT);
	__type(key, __u32);
	__type(value, struct sp_counter);
} sp_counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 65536);
	__type(key, __u32);
	__type(value, struct sp_key_usage);
} sp_key_usage SEC(".maps");

/* Not allocated ahead: a host has as many as it denies. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 262144);
	__type(key, struct sp_denied_key_id);
	__type(value, struct sp_denied_key);
} sp_denied_keys SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SP_MOST_SERVICES + 1);
	__type(key, __u32);
	__type(value, struct sp_key_headers);
} sp_key_headers SEC(".maps");

/* An LRU map, since it holds nothing that anybody has decided: what is forgotten passes.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct sp_connection_key);
	__type(value, struct sp_fresh);
} sp_fresh SEC(".maps");

/* The clock of the resets that are sent, as struct sp_pace. Writer: kernel. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sp_pace);
} sp_resets SEC(".maps");
