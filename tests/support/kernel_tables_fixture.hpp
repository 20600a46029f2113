// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <gtest/gtest.h>

#include "agent/datapath/bpf_object.hpp"
#include "agent/datapath/kernel_tables.hpp"

namespace sallyport::test {

/// The kernel's tables, small, with the object behind them. Skips for a missing privilege alone.
class KernelTablesFixture : public testing::Test {
 protected:
  static constexpr std::uint32_t kDeniedKeys = 10000;

  void SetUp() override {
    auto object = BpfObject::load(
        {.connections = 64, .sources = 64, .key_slots = 64, .denied_keys = kDeniedKeys});
    if (!object && object.error().code == Errc::kDenied) GTEST_SKIP() << object.error().message;
    ASSERT_TRUE(object) << to_string(object.error());
    object_ = std::make_unique<BpfObject>(std::move(*object));
    auto tables = KernelTables::open(*object_);
    ASSERT_TRUE(tables) << to_string(tables.error());
    tables_ = std::move(*tables);
  }

  std::unique_ptr<BpfObject> object_;
  std::unique_ptr<KernelTables> tables_;
};

}  // namespace sallyport::test
