// SPDX-License-Identifier: Apache-2.0
#include "agent/app/top_board.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

namespace sallyport::test {
namespace {

class TopBoardTest : public testing::Test {
 protected:
  TopBoardTest() {
    services_.resize(2);
    services_[0].name = "api";
    services_[1].name = "other";
  }
  AccessRecord request(const char* service, const KeyEntry* key, std::uint64_t upstream_us) const {
    AccessRecord record;
    record.service = service;
    record.key = key;
    record.source = *Address::parse("192.0.2.7");
    record.upstream_us = upstream_us;
    record.is_whole = true;
    return record;
  }
  std::vector<ServiceConfig> services_;
  KeyEntry alice_;
};

TEST_F(TopBoardTest, ListensOnlyWhileSomebodyLooks) {
  TopBoard board(services_, 2, nullptr);
  EXPECT_FALSE(board.listens());
  board.record(0, request("api", &alice_, 5));
  {
    const auto look = board.look();
    ASSERT_TRUE(look);
    EXPECT_TRUE(board.listens());
    EXPECT_TRUE(look->seen().keys.empty()) << "what came before is not of this look";
  }
  EXPECT_FALSE(board.listens());
}

TEST_F(TopBoardTest, AddsUpWorkersAndTellsServicesApart) {
  TopBoard board(services_, 2, nullptr);
  const auto look = board.look();
  board.record(0, request("api", &alice_, 10));
  board.record(1, request("api", &alice_, 30));
  board.record(1, request("other", nullptr, 0));
  auto refused = request("api", nullptr, 0);
  refused.code = CheckCode::kUnknownKey;
  board.record(0, refused);
  const auto seen = look->seen();
  ASSERT_EQ(seen.keys.size(), 1U) << "a request without a key counts for none";
  EXPECT_EQ(seen.keys[0].id, &alice_);
  EXPECT_EQ(seen.keys[0].count.requests, 2U);
  ASSERT_EQ(seen.sources.size(), 1U);
  EXPECT_EQ(seen.sources[0].count.requests, 4U);
  EXPECT_EQ(seen.sources[0].count.refused, 1U);
  ASSERT_EQ(seen.services.size(), 2U);
  EXPECT_EQ(seen.services[0].requests, 3U);
  EXPECT_EQ(seen.services[0].refused, 1U);
  EXPECT_EQ(seen.services[0].answers, 2U);
  EXPECT_EQ(seen.services[0].upstream_us, 40U);
  EXPECT_EQ(seen.services[0].upstream_most_us, 30U);
  EXPECT_EQ(seen.services[1].failed, 1U);
}

TEST_F(TopBoardTest, LooksAreBoundedAndTheirOwn) {
  TopBoard board(services_, 1, nullptr);
  std::vector<TopBoard::Look> looks;
  for (std::size_t i = 0; i < TopBoard::kMostLooks; ++i) {
    auto look = board.look();
    ASSERT_TRUE(look);
    looks.push_back(std::move(*look));
    board.record(0, request("api", &alice_, 1));
  }
  const auto refused = board.look();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kFull);
  EXPECT_EQ(looks.front().seen().keys[0].count.requests, TopBoard::kMostLooks);
  EXPECT_EQ(looks.back().seen().keys[0].count.requests, 1U);
  looks.clear();
  EXPECT_TRUE(board.look());
}

TEST_F(TopBoardTest, LooksComeAndGoWhileWorkersRecord) {
  TopBoard board(services_, 1, nullptr);
  std::atomic<bool> is_over{false};
  std::thread worker([&] {
    while (!is_over) board.record(0, request("api", &alice_, 1));
  });
  for (int i = 0; i < 200; ++i) {
    const auto look = board.look();
    ASSERT_TRUE(look);
    const auto seen = look->seen();
    if (!seen.keys.empty()) {
      EXPECT_EQ(seen.keys[0].count.requests, seen.services[0].requests);
    }
  }
  is_over = true;
  worker.join();
}

}  // namespace
}  // namespace sallyport::test
