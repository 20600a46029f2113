// SPDX-License-Identifier: Apache-2.0
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/filter_fixture.hpp"

namespace sallyport::test {
namespace {

constexpr std::uint16_t kPort = 443;
constexpr std::uint16_t kService = 3;
constexpr unsigned kRows = 1024;  // as many as LoadedFilter's tables take

/// Tables filled to their capacity: some lines are too full, and their rows are elsewhere.
class CrowdedTablesTest : public FilterFixture<testing::Test> {
 protected:
  void arrange() override { filter_.declare_service("", kPort, kService, SP_MODE_ENFORCE); }

  /// Neighbours would be spread evenly: it takes disorder to crowd a line.
  static unsigned draw(unsigned number) {
    std::minstd_rand random(number + 1);
    random.discard(3);
    return static_cast<unsigned>(random()) / 256 * 1024 + number;
  }
  static std::string source(unsigned number) {
    const unsigned bits = draw(number);
    return std::to_string(1 + bits % 200) + "." + std::to_string(bits / 200 % 250) + "." +
           std::to_string(number / 256) + "." + std::to_string(number % 256);
  }
  static std::string prefix(unsigned number) {
    return "2001:db8:" + std::to_string(draw(number) % 9999) + ":" + std::to_string(number) + "::";
  }
  sp_verdict verdict_on(const std::string& from, const std::string& to) {
    return filter_.run(Hook::kXdp, PacketBuilder{}.from(from, 40000).to(to, kPort).build()).verdict;
  }
};

TEST_F(CrowdedTablesTest, EveryConnectionIsJudgedByItsOwnBindingAlone) {
  filter_.set_slot(5, 9, SP_DROP_KEY_REVOKED);
  filter_.set_slot(6, 2, SP_PASS_BOUND);
  for (unsigned n = 0; n < kRows; ++n) {
    filter_.bind(source(n), 40000, kService, {n % 2 == 0 ? 5U : 6U, n % 2 == 0 ? 9U : 2U, 0});
  }
  for (unsigned n = 0; n < kRows; ++n) {
    ASSERT_EQ(verdict_on(source(n), "192.0.2.1"), n % 2 == 0 ? SP_DROP_KEY_REVOKED : SP_PASS_BOUND)
        << n;
  }
  for (unsigned n = 0; n < kRows; n += 2) filter_.unbind(source(n), 40000, kService);
  for (unsigned n = 0; n < kRows; ++n) {
    ASSERT_EQ(verdict_on(source(n), "192.0.2.1"), n % 2 == 0 ? SP_PASS_UNJUDGED : SP_PASS_BOUND)
        << n;
  }
}

TEST_F(CrowdedTablesTest, EverySourceIsJudgedByItsOwnBanAlone) {
  for (unsigned n = 0; n < kRows; n += 2) {
    filter_.ban(source(n), SP_NEVER, SP_DROP_SOURCE_OFFENDER);
    filter_.ban(prefix(n), SP_NEVER, SP_DROP_SOURCE_BANNED);
  }
  for (unsigned n = 0; n < kRows; ++n) {
    ASSERT_EQ(verdict_on(source(n), "192.0.2.1"),
              n % 2 == 0 ? SP_DROP_SOURCE_OFFENDER : SP_PASS_UNJUDGED)
        << n;
    ASSERT_EQ(verdict_on(prefix(n) + "9", "2001:db8::1"),
              n % 2 == 0 ? SP_DROP_SOURCE_BANNED : SP_PASS_UNJUDGED)
        << n;
  }
  for (unsigned n = 0; n < kRows; n += 4) filter_.unban(source(n));
  for (unsigned n = 0; n < kRows; ++n) {
    ASSERT_EQ(verdict_on(source(n), "192.0.2.1"),
              n % 4 == 2 ? SP_DROP_SOURCE_OFFENDER : SP_PASS_UNJUDGED)
        << n;
  }
}

// Prefixes that begin with 32 zero bits have no row in the lines, where IPv4 lives.
TEST_F(CrowdedTablesTest, ReservedV6PrefixIsNoIpv4Address) {
  filter_.ban("192.0.2.7", SP_NEVER, SP_DROP_SOURCE_OFFENDER);
  EXPECT_EQ(verdict_on("0:0:c000:207::9", "2001:db8::1"), SP_PASS_UNJUDGED);
  filter_.ban("0:0:c000:208::", SP_NEVER, SP_DROP_SOURCE_BANNED);
  EXPECT_EQ(verdict_on("0:0:c000:208::9", "2001:db8::1"), SP_DROP_SOURCE_BANNED);
  EXPECT_EQ(verdict_on("192.0.2.8", "192.0.2.1"), SP_PASS_UNJUDGED);
}

}  // namespace
}  // namespace sallyport::test
