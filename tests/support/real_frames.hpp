// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <netinet/in.h>

#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "agent/datapath/outer_door.hpp"
#include "tests/support/door_sandbox.hpp"

namespace sallyport::test {

/// Bans the source of PacketBuilder's frames at a service of its own.
inline void condemn(OuterDoor& door) {
  sp_service_key service{};
  service.local_port = htons(443);
  service.protocol = IPPROTO_TCP;
  ASSERT_TRUE(
      door.tables().services().put(service, {.id = 1, .traits = 0, .mode = SP_MODE_ENFORCE}));
  sp_source_state ban{};
  ban.expires_ns = SP_NEVER;
  ban.verdict = SP_DROP_SOURCE_BANNED;
  ASSERT_TRUE(door.tables().sources().put(Address::parse("192.0.2.7").value(), ban));
}

/// Whether a condemned source's frame, sent on peer, is counted as dropped.
inline void expect_drops_real_frames(OuterDoor& door) {
  condemn(door);
  const auto dropped = [&] {
    return door.tables().counters().counters().value()[SP_DROP_SOURCE_BANNED].packets;
  };
  const auto before = dropped();
  DoorSandbox::send("peer", PacketBuilder{}.build());
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (dropped() == before && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_EQ(dropped(), before + 1);
}

}  // namespace sallyport::test
