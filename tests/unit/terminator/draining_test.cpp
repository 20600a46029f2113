// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/terminator/terminator_fixture.hpp"

namespace sallyport::test {
namespace {

using namespace std::chrono_literals;

class Draining : public TerminatorTest {
 protected:
  void SetUp() override { start(2); }
};

TEST_F(Draining, EndsIdleConnectionsAtOnceAndTakesNoMore) {
  TlsClient client(service.listen.port);
  ASSERT_EQ(client.ask(get("/", "key-bob"))->status, 200);
  EXPECT_TRUE(terminator->drain(20s));
  EXPECT_TRUE(client.meets_end());
  EXPECT_FALSE(connect_to(service.listen.port));
  EXPECT_EQ(edge.count("unbind closed"), 1);
  EXPECT_EQ(terminator->counters().connections_open, 0u);
}

TEST_F(Draining, LetsARunningRequestFinish) {
  TlsClient client(service.listen.port);
  ASSERT_TRUE(client.send(get("/hold", "key-bob")));
  ASSERT_TRUE(upstream.holds(1));
  std::thread draining([&] { EXPECT_TRUE(terminator->drain(20s)); });
  // The listeners are closed once new connections are refused: draining has begun.
  while (connect_to(service.listen.port)) std::this_thread::yield();
  upstream.release();
  const auto response = client.receive();
  draining.join();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "held");
  EXPECT_TRUE(response->has("Connection: close"));
  EXPECT_TRUE(client.meets_end());
}

TEST_F(Draining, ServesTheFirstRequestOfAConnectionThatCameBefore) {
  TlsClient client(service.listen.port);
  TlsClient silent(service.listen.port);
  ASSERT_TRUE(counts([](const auto& counters) { return counters.connections_open == 2; }));
  std::thread draining([&] { EXPECT_TRUE(terminator->drain(20s)); });
  while (connect_to(service.listen.port)) std::this_thread::yield();
  const auto response = client.ask(get("/", "key-bob"));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_TRUE(response->has("Connection: close"));
  draining.join();  // the silent one does not hold it up for long
  EXPECT_TRUE(silent.meets_end());
}

TEST_F(Draining, GivesUpOnWhatTakesLongerThanTheGrace) {
  TlsClient client(service.listen.port);
  ASSERT_TRUE(client.send(get("/hold", "key-bob")));
  ASSERT_TRUE(upstream.holds(1));
  EXPECT_FALSE(terminator->drain(50ms));
  EXPECT_TRUE(client.meets_end());
  EXPECT_EQ(edge.count("unbind closed"), 1);
}

TEST_F(Draining, CutsNothingAfterwards) {
  EXPECT_TRUE(terminator->drain(1s));
  EXPECT_TRUE(terminator->drain(1s));
  EXPECT_EQ(revoke(bob), 0u);
  EXPECT_EQ(terminator->cut(*Address::parse("127.0.0.1"), Terminator::CutSource::kAll), 0u);
}

}  // namespace
}  // namespace sallyport::test
