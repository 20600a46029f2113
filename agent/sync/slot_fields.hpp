// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "agent/association/key_entry.hpp"
#include "bpf/abi/key_slot.h"

namespace sallyport {

// The fields of a key slot as the slot table writes them, while the kernel reads.

inline std::uint32_t load_field(const std::uint32_t& field) noexcept {
  return std::atomic_ref<std::uint32_t>(const_cast<std::uint32_t&>(field))
      .load(std::memory_order_acquire);
}

inline void store_field(std::uint32_t& field, std::uint32_t value) noexcept {
  std::atomic_ref<std::uint32_t>(field).store(value, std::memory_order_release);
}

inline void store_field(__u64& field, std::uint64_t value) noexcept {
  std::atomic_ref<__u64>(field).store(value, std::memory_order_relaxed);
}

inline void write_limits(const KeyEntry& key, sp_key_slot& slot) noexcept {
  sp_limits& out = slot.limits;
  const KeyTraffic* traffic = key.traffic.load(std::memory_order_acquire);
  const auto value = [traffic](std::atomic<std::uint64_t> KeyTraffic::*field) {
    return traffic == nullptr ? 0 : (traffic->*field).load(std::memory_order_relaxed);
  };
  store_field(out.packet_burst_ns, value(&KeyTraffic::packet_burst_ns));
  store_field(out.byte_burst_ns, value(&KeyTraffic::byte_burst_ns));
  store_field(out.packet_cost_ns, value(&KeyTraffic::packet_cost_ns));
  store_field(out.byte_cost, value(&KeyTraffic::byte_cost));
  store_field(slot.egress_byte_cost, value(&KeyTraffic::egress_byte_cost));
}

}  // namespace sallyport
