// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/terminator/terminator_fixture.hpp"

namespace sallyport::test {
namespace {

using CutSource = Terminator::CutSource;

const Address kLoopback = *Address::parse("127.0.0.1");

class Cutting : public TerminatorTest {};

TEST_F(Cutting, BindsAConnectionOnceAndUnbindsItWhenItCloses) {
  start();
  {
    TlsClient client(service.listen.port);
    for (int i = 0; i < 3; ++i) ASSERT_EQ(client.ask(get("/", "key-bob"))->status, 200);
    client.reset();
  }
  ASSERT_TRUE(edge.sees("unbind closed"));
  EXPECT_EQ(edge.count("bind bob....."), 1);
}

TEST_F(Cutting, CutsConnectionsOfTheRevokedKeyAlone) {
  start(2);
  std::vector<std::unique_ptr<TlsClient>> anns;
  for (int i = 0; i < 6; ++i) {
    anns.push_back(std::make_unique<TlsClient>(service.listen.port));
    ASSERT_EQ(anns.back()->ask(get("/", "key-ann-1"))->status, 200);
  }
  TlsClient other(service.listen.port);
  ASSERT_EQ(other.ask(get("/", "key-ann-2"))->status, 200);

  EXPECT_EQ(revoke(ann_1), 6u);
  for (auto& client : anns) EXPECT_TRUE(client->meets_end());
  EXPECT_EQ(edge.count("unbind condemned"), 6);
  EXPECT_EQ(other.ask(get("/", "key-ann-2"))->status, 200);
  TlsClient again(service.listen.port);
  EXPECT_EQ(again.ask(get("/", "key-ann-1"))->status, 401);
  EXPECT_EQ(terminator->counters().cut, 6u);
}

TEST_F(Cutting, CutsARequestThatWaitsForItsUpstream) {
  start();
  TlsClient client(service.listen.port);
  ASSERT_TRUE(client.send(get("/hold", "key-ann-1")));
  ASSERT_TRUE(upstream.holds(1));
  EXPECT_EQ(revoke(ann_1), 1u);
  EXPECT_TRUE(client.meets_end());
}

TEST_F(Cutting, CutsAResponseThatIsUnderWay) {
  start();
  TlsClient client(service.listen.port);
  ASSERT_TRUE(client.send(get("/part", "key-ann-1")));
  ASSERT_TRUE(upstream.holds(1));
  EXPECT_EQ(revoke(ann_1), 1u);
  EXPECT_FALSE(client.receive());
}

TEST_F(Cutting, CutsAnUploadThatIsUnderWay) {
  start();
  TlsClient client(service.listen.port);
  ASSERT_TRUE(
      client.send("POST /echo HTTP/1.1\r\nHost: a\r\nX-Api-Key: key-ann-1\r\n"
                  "Content-Length: 1000000\r\n\r\nsome"));
  ASSERT_TRUE(edge.sees("bind ann-1..."));
  EXPECT_EQ(revoke(ann_1), 1u);
  EXPECT_TRUE(client.meets_end());
}

TEST_F(Cutting, UnbindsAConnectionThatTwoKeysShareAndCutsItForTheRunningRequestOnly) {
  start();
  TlsClient client(service.listen.port);
  ASSERT_EQ(client.ask(get("/", "key-ann-1"))->status, 200);
  ASSERT_EQ(client.ask(get("/", "key-bob"))->status, 200);
  EXPECT_EQ(edge.count("unbind closed"), 1);
  EXPECT_EQ(edge.count("bind bob....."), 0);
  // Neither key has a request running.
  EXPECT_EQ(revoke(ann_1), 0u);
  ASSERT_EQ(client.ask(get("/", "key-bob"))->status, 200);
  ASSERT_TRUE(client.send(get("/hold", "key-bob")));
  ASSERT_TRUE(upstream.holds(1));
  EXPECT_EQ(revoke(bob), 1u);
  EXPECT_TRUE(client.meets_end());
  EXPECT_EQ(edge.count("unbind condemned"), 0);
}

TEST_F(Cutting, ClosesAnOffendersConnectionsButNotItsNeighbours) {
  start();
  TlsClient good(service.listen.port);
  TlsClient offender(service.listen.port);
  TlsClient newcomer(service.listen.port);
  ASSERT_EQ(good.ask(get("/", "key-bob"))->status, 200);
  ASSERT_EQ(offender.ask(get("/", "wrong"))->status, 401);
  ASSERT_EQ(newcomer.ask(get("/", ""))->status, 401);

  EXPECT_EQ(terminator->cut(kLoopback, CutSource::kRefused), 1u);
  EXPECT_TRUE(offender.meets_end());
  EXPECT_EQ(edge.count("condemn"), 1);
  EXPECT_EQ(edge.count("unbind condemned"), 1);

  EXPECT_EQ(terminator->cut(kLoopback, CutSource::kUnbound), 1u);
  EXPECT_TRUE(newcomer.meets_end());
  ASSERT_EQ(good.ask(get("/", "key-bob"))->status, 200);

  EXPECT_EQ(terminator->cut(*Address::parse("192.0.2.1"), CutSource::kAll), 0u);
  EXPECT_EQ(terminator->cut(kLoopback, CutSource::kAll), 1u);
  EXPECT_TRUE(good.meets_end());
}

TEST_F(Cutting, ClosesConnectionsOfABannedSourceBeforeTls) {
  edge.ban(kLoopback);
  start();
  const TlsClient client(service.listen.port);
  EXPECT_FALSE(client.is_connected());
  EXPECT_TRUE(counts([](const auto& now) { return now.banned == 1; }));
}

TEST_F(Cutting, CutsAndTurnsAwayWhoIsDenied) {
  start(2);
  TlsClient client(service.listen.port);
  ASSERT_EQ(client.ask(get("/", "key-bob"))->status, 200);
  EXPECT_EQ(terminator->cut([](const Address& peer) { return peer != kLoopback; }), 0u);
  ASSERT_EQ(client.ask(get("/", "key-bob"))->status, 200);
  EXPECT_EQ(terminator->cut([](const Address& peer) { return peer == kLoopback; }), 1u);
  EXPECT_TRUE(client.meets_end());
  EXPECT_TRUE(edge.sees("unbind closed"));  // its source is judged, not the connection
  EXPECT_EQ(terminator->counters().cut, 1u);

  edge.deny(kLoopback);
  TlsClient again(service.listen.port);
  EXPECT_TRUE(again.meets_end());
  EXPECT_TRUE(counts([](const auto& now) { return now.denied == 1; }));
}

// However a revocation falls among requests: once `cut` has returned, no connection of the key
// is open, and nothing that began afterwards is let through.
TEST_F(Cutting, LeavesNoRequestOfARevokedKeyBehindUnderLoad) {
  start(2);
  for (int round = 0; round < 10; ++round) {
    KeyEntry& key = add_key("key-round-" + std::to_string(round), "ann");
    const std::string request = get("/", "key-round-" + std::to_string(round));
    std::atomic<bool> is_revoked{false};
    std::atomic<unsigned> running{0};
    std::atomic<unsigned> served_after{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i) {
      clients.emplace_back([&] {
        for (;;) {
          const bool was_revoked = is_revoked.load();
          TlsClient client(service.listen.port);
          while (client.is_connected()) {
            const bool before = is_revoked.load();
            const auto response = client.ask(request);
            ++running;
            if (!response) break;
            if (response->status == 200 && before) ++served_after;
            if (response->status != 200) return;
          }
          if (was_revoked) return;
        }
      });
    }
    while (running.load() < 20) std::this_thread::yield();
    revoke(key);
    is_revoked = true;
    for (auto& client : clients) client.join();
    EXPECT_EQ(served_after.load(), 0u);
  }
}

}  // namespace
}  // namespace sallyport::test
