// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "agent/service/peer_acceptor.hpp"

namespace sallyport::test {
namespace {

const PeerTable::Clock::time_point kStart{};
constexpr std::chrono::seconds kMoment{1};

TEST(PeerTableTest, ConnectionBelongsToItsUser) {
  PeerTable peers;
  peers.add(7, 1000, kStart);
  peers.add(8, 0, kStart);
  EXPECT_EQ(peers.who("fd:7", kStart), "uid 1000");
  EXPECT_EQ(peers.who("fd:8", kStart), "uid 0");
}

TEST(PeerTableTest, UnknownConnectionIsNobodys) {
  EXPECT_EQ(PeerTable().who("fd:7", kStart), "control socket");
}

TEST(PeerTableTest, NumberThatChangedHandsJustNowNamesBothUsers) {
  PeerTable peers;
  peers.add(7, 1000, kStart);
  peers.add(7, 0, kStart + kMoment);
  EXPECT_EQ(peers.who("fd:7", kStart + kMoment), "uid 0 or 1000");
  EXPECT_EQ(peers.who("fd:7", kStart + kMoment + PeerTable::kDoubt), "uid 0");
}

TEST(PeerTableTest, ConnectingAgainTakesNoDoubtAway) {
  PeerTable peers;
  peers.add(7, 1000, kStart);
  peers.add(7, 0, kStart + kMoment);
  peers.add(7, 0, kStart + 2 * kMoment);
  EXPECT_EQ(peers.who("fd:7", kStart + 2 * kMoment), "uid 0 or 1000");
}

}  // namespace
}  // namespace sallyport::test
