// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "agent/terminator/terminator.hpp"
#include "tests/unit/terminator/certificate.hpp"
#include "tests/unit/terminator/edge_recorder.hpp"
#include "tests/unit/terminator/tls_client.hpp"
#include "tests/unit/terminator/upstream_server.hpp"

namespace sallyport::test {

constexpr std::uint16_t kServiceId = 7;

/// A port of 127.0.0.1 that was free a moment ago.
[[nodiscard]] std::uint16_t free_port();

/// A terminator on loopback in front of an `UpstreamServer`, with two users: ann, whose keys are
/// "key-ann-1" and "key-ann-2", and bob with "key-bob". `start` before the first connection.
class TerminatorTest : public ::testing::Test {
 protected:
  TerminatorTest();

  KeyEntry& add_key(std::string_view raw, std::string_view user);
  void start(unsigned workers = 1);
  /// What the control plane does: the standing first, then the cut.
  std::uint64_t revoke(KeyEntry& key);
  /// Waits until the counters say so.
  template <class Condition>
  bool counts(Condition&& condition) {
    for (int i = 0; i < 4000; ++i) {
      if (condition(terminator->counters())) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }

  ScratchDirectory directory;
  UpstreamServer upstream;
  ServiceConfig service;
  KeyIndex index;
  EdgeRecorder edge;
  KeyEntry& ann_1;
  KeyEntry& ann_2;
  KeyEntry& bob;
  AccessSink* log = nullptr;  // set it before `start`
  std::unique_ptr<Terminator> terminator;
};

}  // namespace sallyport::test
