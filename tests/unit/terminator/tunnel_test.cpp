// SPDX-License-Identifier: Apache-2.0
// Requests that are upgraded: bytes both ways, under the same key, limits and revocation.
#include <chrono>

#include "agent/limits/byte_budget.hpp"
#include "tests/unit/terminator/terminator_fixture.hpp"

namespace sallyport::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kAsk = "Connection: Upgrade\r\nUpgrade: websocket\r\n";

class Tunnelling : public TerminatorTest {
 protected:
  /// Asks for a tunnel and reads the upstream's first words, which came along with its head.
  static void open(HttpClient& client, std::string_view key) {
    const auto response = client.ask(get("/socket", key, kAsk));
    ASSERT_TRUE(response);
    ASSERT_EQ(response->status, 101) << response->head;
    ASSERT_EQ(client.take(8), "welcome\n");
  }
  static std::string said(HttpClient& client, const std::string& line) {
    return client.send(line) ? client.take(line.size()) : std::string{};
  }
  void limit(std::string_view raw, std::uint64_t received, std::uint64_t sent) {
    KeyFacts facts{.digest = digest_of(raw)};
    if (received > 0) {
      const auto budget = ByteBudget::per_second(received, received / 10);
      facts.traffic.byte_cost = budget.cost;
      facts.traffic.byte_burst_ns = budget.burst_ns;
    }
    if (sent > 0) facts.traffic.egress_byte_cost = ByteBudget::per_second(sent, 0).cost;
    index.add(facts, *index.find(facts.digest)->owner);
  }
};

TEST_F(Tunnelling, PassesBytesBothWaysOnceTheUpstreamHasAgreed) {
  start();
  TlsClient client(service.listen.port);
  // What is sent ahead of the answer waits for it.
  ASSERT_TRUE(client.send(get("/socket", "key-bob", kAsk) + "early\n"));
  const auto response = client.receive();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 101);
  EXPECT_TRUE(response->has("Connection: upgrade\r\nUpgrade: websocket\r\n")) << response->head;
  EXPECT_TRUE(response->has("Sec-WebSocket-Accept: yes\r\n"));
  EXPECT_EQ(client.take(14), "welcome\nearly\n");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(said(client, "hello\n"), "hello\n");
  ASSERT_TRUE(client.send("bye\n"));
  EXPECT_EQ(client.take(8), "and bye\n");
  EXPECT_TRUE(client.meets_end());
  EXPECT_EQ(terminator->counters().tunnels, 1u);
  EXPECT_TRUE(edge.sees("unbind closed"));
  EXPECT_EQ(edge.count("bind bob....."), 1);
}

TEST_F(Tunnelling, ABehindHopServiceHasThemToo) {
  service.kind = ServiceKind::kCleartext;
  service.tls = {};
  start();
  PlainClient hop(service.listen.port);
  open(hop, "key-ann-1");
  EXPECT_EQ(said(hop, "hello\n"), "hello\n");
  EXPECT_EQ(revoke(ann_1), 1u);
  EXPECT_TRUE(hop.meets_end());
}

TEST_F(Tunnelling, OnlyForWhatTheServiceAllows) {
  start();
  TlsClient client(service.listen.port);
  const auto h2c = client.ask(get("/head", "key-bob",
                                  "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                                  "HTTP2-Settings: AAMAAABk\r\n"));
  ASSERT_TRUE(h2c);
  EXPECT_EQ(h2c->status, 200);
  EXPECT_EQ(h2c->body.find("pgrade"), std::string::npos) << h2c->body;
  const auto refused = client.ask(get("/socket", "wrong", kAsk));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 401);
  EXPECT_EQ(client.ask(get("/", "key-bob"))->body, "hello");
  EXPECT_EQ(terminator->counters().tunnels, 0u);
}

TEST_F(Tunnelling, NotAtAllWhereTheServiceSaysNone) {
  service.upgrades.clear();
  start();
  TlsClient client(service.listen.port);
  EXPECT_EQ(client.ask(get("/socket", "key-bob", kAsk))->body, "hello") << "a plain request";
}

TEST_F(Tunnelling, AnUpstreamThatDoesNotAgreeAnswersAsEver) {
  start();
  TlsClient client(service.listen.port);
  EXPECT_EQ(client.ask(get("/echo", "key-bob", kAsk))->status, 200);
  EXPECT_EQ(client.ask(get("/", "key-bob"))->body, "hello");
  EXPECT_EQ(client.ask(get("/socket-other", "key-bob", kAsk))->status, 502) << "not what was asked";
  EXPECT_EQ(client.ask(get("/socket-other", "key-bob"))->status, 502) << "nobody asked";
  EXPECT_EQ(terminator->counters().tunnels, 0u);
}

TEST_F(Tunnelling, ARevocationCutsTheTunnelsOfItsKeyAlone) {
  start(2);
  TlsClient ann(service.listen.port);
  TlsClient bobs(service.listen.port);
  open(ann, "key-ann-1");
  open(bobs, "key-bob");
  EXPECT_EQ(revoke(ann_1), 1u);
  EXPECT_TRUE(ann.meets_end());
  EXPECT_EQ(edge.count("unbind condemned"), 1);
  EXPECT_EQ(said(bobs, "hello\n"), "hello\n");
}

TEST_F(Tunnelling, WhoReadsNothingCanStillBeHeard) {
  start();
  TlsClient client(service.listen.port);
  open(client, "key-bob");
  // More than the sockets hold: it gets stuck on the way down, and the other way stays open.
  ASSERT_TRUE(client.send("flood\n"));
  std::this_thread::sleep_for(300ms);
  ASSERT_TRUE(client.send("hold\n"));
  EXPECT_TRUE(upstream.holds(1));
  upstream.release();
  EXPECT_EQ(client.take(8 << 20), std::string(8 << 20, 'f'));
  EXPECT_EQ(said(client, "hello\n"), "hello\n");
}

TEST_F(Tunnelling, HalfAnEndIsPassedOnAndTheLastWordsComeBack) {
  start();
  TlsClient client(service.listen.port);
  open(client, "key-bob");
  EXPECT_EQ(said(client, "hello\n"), "hello\n");
  client.end_writing();
  EXPECT_EQ(client.take(11), "last words\n");
  EXPECT_TRUE(client.meets_end());
}

TEST_F(Tunnelling, SilenceEndsIt) {
  service.http.tunnel_timeout = 600ms;
  start();
  TlsClient client(service.listen.port);
  open(client, "key-bob");
  for (int i = 0; i < 5; ++i) {
    std::this_thread::sleep_for(200ms);
    ASSERT_EQ(said(client, "hello\n"), "hello\n") << "it is not silent";
  }
  EXPECT_EQ(terminator->counters().timeouts, 0u);
  EXPECT_TRUE(client.meets_end());
  EXPECT_EQ(terminator->counters().timeouts, 1u);
}

TEST_F(Tunnelling, HoldsEachDirectionToItsRate) {
  limit("key-bob", 200'000, 0);
  limit("key-ann-1", 0, 4'000'000);
  start();
  TlsClient up(service.listen.port);
  open(up, "key-bob");
  auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(said(up, std::string(199'999, 'x') + '\n').size(), 200'000u);
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  EXPECT_GE(took.count(), (200'000.0 - 20'000.0 - 65'536.0) / 200'000.0);

  TlsClient down(service.listen.port);
  open(down, "key-ann-1");
  began = std::chrono::steady_clock::now();
  ASSERT_TRUE(down.send("flood\n"));
  EXPECT_EQ(down.take(8 << 20).size(), std::size_t{8} << 20);
  took = std::chrono::steady_clock::now() - began;
  EXPECT_GE(took.count(), ((8 << 20) - 2'000'000.0 - 65'536.0) / 4'000'000.0);
  EXPECT_EQ(terminator->counters().timeouts, 0u) << "to wait for one's rate is no fault";
}

TEST_F(Tunnelling, MessagesLeaveTheirNumbersInTheAccessLog) {
  class Kept final : public AccessSink {
   public:
    void record(unsigned, const AccessRecord& record) noexcept override {
      status = record.status;
      bytes_in = record.bytes_in;
      bytes_out = record.bytes_out;
      is_whole = record.is_whole;
    }
    unsigned status = 0;
    std::uint64_t bytes_in = 0, bytes_out = 0;
    bool is_whole = false;
  } kept;
  log = &kept;
  start();
  TlsClient client(service.listen.port);
  const auto response = client.ask(get("/socket", "key-bob", kAsk));
  ASSERT_TRUE(response);
  EXPECT_EQ(client.take(8), "welcome\n");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(said(client, "hello\n"), "hello\n");
  ASSERT_TRUE(client.send("bye\n"));
  EXPECT_EQ(client.take(8), "and bye\n");
  EXPECT_TRUE(client.meets_end());
  terminator.reset();
  EXPECT_EQ(kept.status, 101u);
  EXPECT_EQ(kept.bytes_in, get("/socket", "key-bob", kAsk).size() + 10 * 6 + 4);
  EXPECT_EQ(kept.bytes_out, response->head.size() + 8 + 10 * 6 + 8);
  EXPECT_TRUE(kept.is_whole);
}

TEST_F(Tunnelling, ADrainLetsItRunForTheGrace) {
  start();
  TlsClient client(service.listen.port);
  open(client, "key-bob");
  std::thread draining([&] { EXPECT_TRUE(terminator->drain(20s)); });
  while (connect_to(service.listen.port)) std::this_thread::yield();
  EXPECT_EQ(said(client, "hello\n"), "hello\n");
  ASSERT_TRUE(client.send("bye\n"));
  EXPECT_EQ(client.take(8), "and bye\n");
  draining.join();
  EXPECT_TRUE(client.meets_end());
}

}  // namespace
}  // namespace sallyport::test
