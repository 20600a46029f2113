// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "agent/datapath/key_headers.hpp"
#include "bpf/abi/control.h"
#include "sallyport.skel.h"
#include "tests/support/kernel_tables_fixture.hpp"

namespace sallyport::test {
namespace {

class DeniedKeyTableTest : public KernelTablesFixture {
 protected:
  static sp_denied_key_id id(std::uint32_t number) {
    sp_denied_key_id id{};
    std::memcpy(id.digest, &number, sizeof number);
    return id;
  }
  static std::vector<DeniedKeyTable::Row> rows(std::uint32_t count) {
    std::vector<DeniedKeyTable::Row> rows;
    for (std::uint32_t i = 0; i < count; ++i) {
      rows.push_back({id(i), {.verdict = SP_DROP_KEY_REVOKED, .reserved = 0, .revision = i}});
    }
    return rows;
  }
  bool is_in_force() {
    const __u32 zero = 0;
    sp_control control{};
    const int fd = bpf_map__fd(object_->skeleton().maps.sp_control);
    EXPECT_EQ(bpf_map_lookup_elem(fd, &zero, &control), 0);
    return (control.flags & SP_HAVE_DENIED_KEYS) != 0;
  }
};

TEST_F(DeniedKeyTableTest, TakesAndGivesBackManyRowsAtOnce) {
  auto& table = tables_->denied_keys();
  EXPECT_FALSE(is_in_force()) << "an empty table is not looked up";
  ASSERT_TRUE(table.put(rows(kDeniedKeys)));
  EXPECT_TRUE(is_in_force());
  std::vector<bool> seen(kDeniedKeys);
  for (const auto& row : table.rows().value()) {
    ASSERT_LT(row.state.revision, kDeniedKeys);
    const auto expected = id(static_cast<std::uint32_t>(row.state.revision));
    ASSERT_EQ(std::memcmp(&row.id, &expected, sizeof expected), 0);
    seen[row.state.revision] = true;
  }
  EXPECT_EQ(seen, std::vector<bool>(kDeniedKeys, true));
}

TEST_F(DeniedKeyTableTest, SaysThatItIsFullAndTakesRowsAgainAfterAnErase) {
  auto& table = tables_->denied_keys();
  const auto refused = table.put(rows(kDeniedKeys + 1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kFull);
  EXPECT_NE(refused.error().message.find("sp_denied_keys is full at 10000 rows"),
            std::string::npos);
  const std::vector<sp_denied_key_id> some = {id(1), id(2), id(kDeniedKeys + 7)};
  ASSERT_TRUE(table.erase(some)) << "erasing what is not there is no error";
  EXPECT_TRUE(table.put(rows(2)));
}

TEST_F(DeniedKeyTableTest, WhileARowCanNotBeErasedNoneIsInForce) {
  auto& table = tables_->denied_keys();
  ASSERT_TRUE(table.put(rows(3)));
  ASSERT_EQ(bpf_map_freeze(bpf_map__fd(object_->skeleton().maps.sp_denied_keys)), 0);
  const std::vector<sp_denied_key_id> one = {id(1)};
  EXPECT_FALSE(table.erase(one));
  EXPECT_FALSE(is_in_force()) << "the key may be good again: nothing good may be dropped";
  EXPECT_FALSE(table.put(rows(3)));
  EXPECT_FALSE(is_in_force());
}

TEST_F(DeniedKeyTableTest, HeadersThatDoNotFitAreNoneAtAll) {
  const auto are_none = [](const std::vector<std::string>& names) {
    const sp_key_headers none{};
    const auto headers = encode_key_headers(names);
    return std::memcmp(&headers, &none, sizeof none) == 0;
  };
  EXPECT_FALSE(are_none({"authorization", "x-api-key", "x-a", "x-b"}));
  EXPECT_TRUE(are_none({"authorization", "x-api-key", "x-a", "x-b", "x-c"}));
  EXPECT_FALSE(are_none({std::string(23, 'x')}));
  EXPECT_TRUE(are_none({"authorization", std::string(24, 'x')}));
}

}  // namespace
}  // namespace sallyport::test
