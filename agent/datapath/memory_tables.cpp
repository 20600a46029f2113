// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/memory_tables.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <map>
#include <mutex>

namespace sallyport {
namespace {

/// Orders ABI structs, which have no padding, by their bytes.
struct BytesLess {
  template <class T>
  bool operator()(const T& a, const T& b) const noexcept {
    return std::memcmp(&a, &b, sizeof(T)) < 0;
  }
};

/// A bounded map with a lock.
template <class Key, class Value>
class Rows {
 public:
  Rows(const char* name, std::uint64_t capacity) : name_(name), capacity_(capacity) {}

  Result<void> put(const Key& key, const Value& value) {
    const std::scoped_lock guard(lock_);
    if (rows_.size() >= capacity_ && !rows_.contains(key)) {
      return failure(Errc::kFull,
                     std::string(name_) + " is full at " + std::to_string(capacity_) + " rows",
                     "raise its capacity under outer_door in the configuration");
    }
    rows_[key] = value;
    return {};
  }

  void erase(const Key& key) {
    const std::scoped_lock guard(lock_);
    rows_.erase(key);
  }

  template <class Visit>
  void for_each(Visit&& visit) const {
    const std::scoped_lock guard(lock_);
    for (const auto& [key, value] : rows_) visit(key, value);
  }

  [[nodiscard]] TableUse use() const {
    const std::scoped_lock guard(lock_);
    return {name_, rows_.size(), capacity_};
  }

 private:
  const char* name_;
  std::uint64_t capacity_;
  mutable std::mutex lock_;
  std::map<Key, Value, BytesLess> rows_;
};

class MemorySources final : public SourceTable {
 public:
  explicit MemorySources(std::uint64_t capacity) : rows_("sources", capacity) {}
  Result<void> put(const Address& source, const sp_source_state& state) override {
    return rows_.put(source.to_abi(), state);
  }
  Result<void> erase(const Address& source) override {
    rows_.erase(source.to_abi());
    return {};
  }
  Result<std::vector<Row>> rows() const override {
    std::vector<Row> rows;
    rows_.for_each([&](const sp_address& source, const sp_source_state& state) {
      rows.push_back({Address::from_abi(source), state});
    });
    return rows;
  }
  [[nodiscard]] TableUse use() const { return rows_.use(); }

 private:
  Rows<sp_address, sp_source_state> rows_;
};

class MemoryConnections final : public ConnectionTable {
 public:
  explicit MemoryConnections(std::uint64_t capacity) : rows_("connections", capacity) {}
  Result<void> put(const sp_connection_key& connection, const sp_connection& binding) override {
    return rows_.put(connection, binding);
  }
  Result<void> erase(const sp_connection_key& connection) override {
    rows_.erase(connection);
    return {};
  }
  Result<std::vector<Row>> rows() const override {
    std::vector<Row> rows;
    rows_.for_each([&](const sp_connection_key& connection, const sp_connection& binding) {
      rows.push_back({connection, binding});
    });
    return rows;
  }
  [[nodiscard]] TableUse use() const { return rows_.use(); }

 private:
  Rows<sp_connection_key, sp_connection> rows_;
};

/// Prefixes, services, denied keys and counters mean nothing where no packet is judged.
class NoCidrs final : public CidrTable {
 public:
  Result<void> replace(std::span<const CidrRule>) override { return {}; }
};

class NoServices final : public ServiceTable {
 public:
  Result<void> put(const sp_service_key&, const sp_service&) override { return {}; }
  Result<void> put_key_headers(std::uint16_t, const sp_key_headers&) override { return {}; }
  Result<void> erase_others() override { return {}; }
};

class NoDeniedKeys final : public DeniedKeyTable {
 public:
  Result<void> put(std::span<const Row>) override { return {}; }
  Result<void> erase(std::span<const sp_denied_key_id>) override { return {}; }
  Result<std::vector<Row>> rows() const override { return std::vector<Row>{}; }
};

class NoCounters final : public CounterTable {
 public:
  Result<sp_key_usage> usage(std::uint32_t, std::uint32_t) const override { return sp_key_usage{}; }
  Result<std::array<sp_counter, SP_VERDICT_COUNT>> counters() const override {
    return std::array<sp_counter, SP_VERDICT_COUNT>{};
  }
};

}  // namespace

struct MemoryTables::Impl {
  explicit Impl(const OuterDoorConfig& config)
      : sources(config.max_sources),
        connections(config.max_connections),
        slots(std::max(config.max_key_slots, 2U)),
        clocks(slots.size()) {
    slots[SP_OFFENDER_SLOT].generation = 1;
    slots[SP_OFFENDER_SLOT].verdict = SP_DROP_CONNECTION_OFFENDER;
  }

  MemorySources sources;
  MemoryConnections connections;
  NoCidrs cidrs;
  NoServices services;
  NoDeniedKeys denied_keys;
  NoCounters counters;
  std::vector<sp_key_slot> slots;
  std::vector<sp_key_clocks> clocks;
};

MemoryTables::MemoryTables(const OuterDoorConfig& config) : impl_(std::make_unique<Impl>(config)) {}
MemoryTables::~MemoryTables() = default;

SourceTable& MemoryTables::sources() {
  return impl_->sources;
}
ConnectionTable& MemoryTables::connections() {
  return impl_->connections;
}
CidrTable& MemoryTables::cidrs() {
  return impl_->cidrs;
}
ServiceTable& MemoryTables::services() {
  return impl_->services;
}
DeniedKeyTable& MemoryTables::denied_keys() {
  return impl_->denied_keys;
}
CounterTable& MemoryTables::counters() {
  return impl_->counters;
}
SlotMemory MemoryTables::slot_memory() {
  return {impl_->slots, impl_->clocks};
}

// No SYN is judged here: the inner door paces by itself.
Result<void> MemoryTables::set_pace(std::uint64_t, std::uint64_t) {
  return {};
}

Result<void> MemoryTables::set_resets(std::uint64_t, std::uint64_t) {
  return {};
}

std::vector<TableUse> MemoryTables::use() const {
  std::uint64_t given = 0;
  for (auto& slot : impl_->slots) {
    given += std::atomic_ref<__u32>(slot.generation).load(std::memory_order_relaxed) != 0 ? 1 : 0;
  }
  return {
      impl_->sources.use(), impl_->connections.use(), {"key_slots", given, impl_->slots.size()}};
}

}  // namespace sallyport
