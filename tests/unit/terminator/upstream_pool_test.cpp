// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/upstream_pool.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

namespace sallyport::test {
namespace {

class UpstreamPoolTest : public ::testing::Test {
 protected:
  /// A connection as it comes out of an exchange; `peer` is the upstream's end.
  std::unique_ptr<UpstreamConnection> connection(UniqueFd& peer) {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    peer.reset(ends[1]);
    auto made = std::make_unique<UpstreamConnection>(UniqueFd(ends[0]));
    EXPECT_TRUE(poller.add(made->watch));
    poller.wait(0);
    poller.dispatch();
    return made;
  }
  void look() {
    poller.wait(0);
    poller.dispatch();
    poller.reap();
  }

  UpstreamConfig config{.endpoint = {}, .max_idle_per_worker = 2};
  Poller poller = *Poller::open();
  UpstreamPool pool{config, poller};
  UniqueFd peer_1, peer_2, peer_3;
};

TEST_F(UpstreamPoolTest, GivesTheLastUsedFirst) {
  auto first = connection(peer_1);
  auto second = connection(peer_2);
  const auto* const first_made = first.get();
  const auto* const second_made = second.get();
  pool.give(std::move(first), 1);
  pool.give(std::move(second), 2);
  EXPECT_EQ(pool.take().get(), second_made);
  const auto taken = pool.take();
  EXPECT_EQ(taken.get(), first_made);
  EXPECT_TRUE(taken->was_idle);
  EXPECT_EQ(pool.take(), nullptr);
}

TEST_F(UpstreamPoolTest, KeepsNoMoreThanConfigured) {
  pool.give(connection(peer_1), 1);
  pool.give(connection(peer_2), 1);
  pool.give(connection(peer_3), 1);
  EXPECT_EQ(pool.idle(), 2u);
}

TEST_F(UpstreamPoolTest, DropsAConnectionThatTheUpstreamCloses) {
  pool.give(connection(peer_1), 1);
  pool.give(connection(peer_2), 1);
  look();
  EXPECT_EQ(pool.idle(), 2u);
  peer_1.reset();
  look();
  EXPECT_EQ(pool.idle(), 1u);
}

TEST_F(UpstreamPoolTest, DropsAConnectionOnWhichSomethingIsSaidUnasked) {
  pool.give(connection(peer_1), 1);
  ASSERT_EQ(::send(peer_1.get(), "x", 1, MSG_NOSIGNAL), 1);
  look();
  EXPECT_EQ(pool.idle(), 0u);
}

TEST_F(UpstreamPoolTest, KeepsAConnectionOfWhichOnlyTheFlagSaysReadable) {
  auto made = connection(peer_1);
  made->watch.add(Watch::kReadable);
  pool.give(std::move(made), 1);
  EXPECT_EQ(pool.idle(), 1u);
  EXPECT_NE(pool.take(), nullptr);
}

TEST_F(UpstreamPoolTest, DropsWhatIdledTooLong) {
  pool.give(connection(peer_1), 1000);
  pool.give(connection(peer_2), 2000);
  pool.expire(1000 + UpstreamPool::kIdleLimitMs);
  EXPECT_EQ(pool.idle(), 1u);
  pool.expire(2000 + UpstreamPool::kIdleLimitMs);
  EXPECT_EQ(pool.idle(), 0u);
}

}  // namespace
}  // namespace sallyport::test
