// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "agent/datapath/tables.hpp"

namespace sallyport::test {

/// Tables whose n-th write (put, erase, replace, erase_others or set_…, counted over all of them,
/// from 1) is refused before it reaches the tables behind; all other calls go through. For every n,
/// what is built on tables must come out of it whole.
///
/// Slots are memory: writing them can't fail. Thread safety: that of the tables behind.
class FailingTables final : public Tables {
 public:
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

  struct Plan {
    std::uint64_t fail_at = kNever;
    Errc code = Errc::kFull;
    std::uint64_t count = 1;  // writes refused from fail_at on
  };

  /// `behind` must outlive it.
  FailingTables(Tables& behind, Plan plan) : behind_(behind), plan_(plan) {}

  /// Writes asked for since the last plan, refused ones included.
  [[nodiscard]] std::uint64_t writes() const noexcept { return writes_.load(); }

  /// Starts counting anew; not while other threads write.
  void set_plan(Plan plan) noexcept {
    plan_ = plan;
    writes_ = 0;
  }

  SourceTable& sources() override { return sources_; }
  ConnectionTable& connections() override { return connections_; }
  CidrTable& cidrs() override { return cidrs_; }
  ServiceTable& services() override { return services_; }
  DeniedKeyTable& denied_keys() override { return denied_keys_; }
  CounterTable& counters() override { return behind_.counters(); }
  SlotMemory slot_memory() override { return behind_.slot_memory(); }
  Result<void> set_pace(std::uint64_t cost_ns, std::uint64_t burst_ns) override {
    return write([&] { return behind_.set_pace(cost_ns, burst_ns); });
  }
  Result<void> set_resets(std::uint64_t cost_ns, std::uint64_t burst_ns) override {
    return write([&] { return behind_.set_resets(cost_ns, burst_ns); });
  }
  [[nodiscard]] std::vector<TableUse> use() const override { return behind_.use(); }

 private:
  template <class Write>
  Result<void> write(const Write& through) {
    const std::uint64_t number = ++writes_;
    if (number >= plan_.fail_at && number - plan_.fail_at < plan_.count) {
      return failure(plan_.code, "write " + std::to_string(number) + " was made to fail");
    }
    return through();
  }

  /// Both tables of rows have the same three calls.
  template <class Table, class Key, class Value>
  class Rows final : public Table {
   public:
    Rows(FailingTables& owner, Table& behind) : owner_(owner), behind_(behind) {}
    Result<void> put(const Key& key, const Value& value) override {
      return owner_.write([&] { return behind_.put(key, value); });
    }
    Result<void> erase(const Key& key) override {
      return owner_.write([&] { return behind_.erase(key); });
    }
    [[nodiscard]] Result<std::vector<typename Table::Row>> rows() const override {
      return behind_.rows();
    }

   private:
    FailingTables& owner_;
    Table& behind_;
  };

  class Cidrs final : public CidrTable {
   public:
    Cidrs(FailingTables& owner, CidrTable& behind) : owner_(owner), behind_(behind) {}
    Result<void> replace(std::span<const CidrRule> rules) override {
      return owner_.write([&] { return behind_.replace(rules); });
    }

   private:
    FailingTables& owner_;
    CidrTable& behind_;
  };

  class Services final : public ServiceTable {
   public:
    Services(FailingTables& owner, ServiceTable& behind) : owner_(owner), behind_(behind) {}
    Result<void> put(const sp_service_key& key, const sp_service& service) override {
      return owner_.write([&] { return behind_.put(key, service); });
    }
    Result<void> put_key_headers(std::uint16_t service_id, const sp_key_headers& headers) override {
      return owner_.write([&] { return behind_.put_key_headers(service_id, headers); });
    }
    Result<void> erase_others() override {
      return owner_.write([&] { return behind_.erase_others(); });
    }

   private:
    FailingTables& owner_;
    ServiceTable& behind_;
  };

  class DeniedKeys final : public DeniedKeyTable {
   public:
    DeniedKeys(FailingTables& owner, DeniedKeyTable& behind) : owner_(owner), behind_(behind) {}
    Result<void> put(std::span<const Row> rows) override {
      return owner_.write([&] { return behind_.put(rows); });
    }
    Result<void> erase(std::span<const sp_denied_key_id> ids) override {
      return owner_.write([&] { return behind_.erase(ids); });
    }
    [[nodiscard]] Result<std::vector<Row>> rows() const override { return behind_.rows(); }

   private:
    FailingTables& owner_;
    DeniedKeyTable& behind_;
  };

  Tables& behind_;
  Plan plan_;
  std::atomic<std::uint64_t> writes_{0};
  Rows<SourceTable, Address, sp_source_state> sources_{*this, behind_.sources()};
  Rows<ConnectionTable, sp_connection_key, sp_connection> connections_{*this,
                                                                       behind_.connections()};
  Cidrs cidrs_{*this, behind_.cidrs()};
  Services services_{*this, behind_.services()};
  DeniedKeys denied_keys_{*this, behind_.denied_keys()};
};

}  // namespace sallyport::test
