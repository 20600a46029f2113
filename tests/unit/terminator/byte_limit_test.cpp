// SPDX-License-Identifier: Apache-2.0
// The inner door's share of a key's byte limit: requests are refused, bodies wait.
#include <chrono>

#include "agent/limits/byte_budget.hpp"
#include "tests/unit/terminator/terminator_fixture.hpp"

namespace sallyport::test {
namespace {

class ByteLimit : public TerminatorTest {
 protected:
  void SetUp() override { start(); }

  void limit(std::string_view raw, std::uint64_t bytes, std::uint64_t burst) {
    const auto budget = ByteBudget::per_second(bytes, burst);
    KeyFacts facts{.digest = digest_of(raw)};
    facts.traffic.byte_cost = budget.cost;
    facts.traffic.byte_burst_ns = budget.burst_ns;
    index.add(facts, *index.find(facts.digest)->owner);
  }
  void egress_limit(std::string_view raw, std::uint64_t bytes) {
    KeyFacts facts{.digest = digest_of(raw)};
    facts.traffic.egress_byte_cost = ByteBudget::per_second(bytes, 0).cost;
    index.add(facts, *index.find(facts.digest)->owner);
  }
};

TEST_F(ByteLimit, HoldsAnUploadToTheRateAndLosesNothing) {
  limit("key-bob", 200'000, 40'000);
  const std::string body(200'000, 'x');
  TlsClient client(service.listen.port);
  const auto start = std::chrono::steady_clock::now();
  const auto echoed = client.ask(post("/echo", "key-bob", body));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  ASSERT_TRUE(echoed);
  EXPECT_EQ(echoed->status, 200);
  EXPECT_TRUE(echoed->body == body);
  // All but the burst and what one read takes had to be waited for.
  EXPECT_GE(took.count(), (200'000.0 - 40'000.0 - 65'536.0) / 200'000.0);
  EXPECT_EQ(terminator->counters().timeouts, 0u) << "to wait for one's rate is no fault";
}

TEST_F(ByteLimit, HoldsADownloadToTheRateAndLosesNothing) {
  egress_limit("key-bob", 200'000);
  const std::string body(300'000, 'x');
  TlsClient client(service.listen.port);
  const auto start = std::chrono::steady_clock::now();
  const auto echoed = client.ask(post("/echo", "key-bob", body));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  ASSERT_TRUE(echoed);
  EXPECT_TRUE(echoed->body == body);
  // All but the burst of half a second and the last block, after which nothing waits.
  EXPECT_GE(took.count(), (300'000.0 - 100'000.0 - 65'536.0) / 200'000.0);
  EXPECT_EQ(terminator->counters().timeouts, 0u) << "to wait for one's rate is no fault";
}

TEST_F(ByteLimit, ShortAnswersSpendTogetherAndTheNextOneWaits) {
  egress_limit("key-bob", 10'000);
  TlsClient client(service.listen.port);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 4; ++i) {
    ASSERT_EQ(client.ask(post("/echo", "key-bob", std::string(4'000, 'x')))->status, 200);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  EXPECT_GE(took.count(), (3 * 4'000.0 - 5'000.0) / 10'000.0);
  EXPECT_EQ(client.ask(get("/", "key-ann-1"))->status, 200) << "another key does not wait";
}

TEST_F(ByteLimit, RevocationCutsADownloadThatWaits) {
  egress_limit("key-bob", 1'000);
  TlsClient client(service.listen.port);
  ASSERT_TRUE(client.send(post("/echo", "key-bob", std::string(100'000, 'x'))));
  ASSERT_TRUE(edge.sees("bind " + std::string(to_view(bob.id))));
  EXPECT_EQ(revoke(bob), 1U);
  EXPECT_FALSE(client.receive()) << "at most its first bytes";
}

TEST_F(ByteLimit, RefusesARequestWhileTheKeyIsOver) {
  limit("key-bob", 100, 50);
  TlsClient client(service.listen.port);
  EXPECT_EQ(client.ask(post("/echo", "key-bob", std::string(1000, 'x')))->status, 200);
  const auto response = client.ask(get("/", "key-bob"));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 429);
  EXPECT_TRUE(response->has("Retry-After: ")) << response->head;
  EXPECT_EQ(client.ask(get("/", "key-ann-1"))->status, 200) << "another key on the connection";
}

TEST_F(ByteLimit, RevocationCutsAnUploadThatWaits) {
  limit("key-bob", 1, 0);  // the head alone is a wait of a minute
  TlsClient client(service.listen.port);
  ASSERT_TRUE(
      client.send("POST /echo HTTP/1.1\r\nHost: a\r\nX-Api-Key: key-bob\r\n"
                  "Content-Length: 100000\r\n\r\nabc"));
  ASSERT_TRUE(edge.sees("bind " + std::string(to_view(bob.id))));
  EXPECT_EQ(revoke(bob), 1U);
  EXPECT_TRUE(client.meets_end());
}

TEST_F(ByteLimit, ClientThatGoesAwayEndsItsWait) {
  limit("key-bob", 1, 0);  // the head alone is a wait of a minute
  TlsClient client(service.listen.port);
  ASSERT_TRUE(
      client.send("POST /echo HTTP/1.1\r\nHost: a\r\nX-Api-Key: key-bob\r\n"
                  "Content-Length: 100000\r\n\r\nabc"));
  ASSERT_TRUE(edge.sees("bind " + std::string(to_view(bob.id))));
  client.reset();
  EXPECT_TRUE(edge.sees("unbind closed"));
}

}  // namespace
}  // namespace sallyport::test
