// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/terminator/http2_client.hpp"
#include "tests/unit/terminator/terminator_fixture.hpp"

namespace sallyport::test {
namespace {

using Ends = Http2Client::Ends;

class Http2Cutting : public TerminatorTest {};

TEST_F(Http2Cutting, CutsTheConnectionOfTheOneKeyThatItCarries) {
  start();
  Http2Client client(service.listen.port);
  const auto id = client.begin(get2("/hold", "key-ann-1"));
  ASSERT_TRUE(upstream.holds(1));
  EXPECT_GE(revoke(ann_1), 1u);
  EXPECT_EQ(client.answer(id).status, 0);
  EXPECT_TRUE(client.meets_end());
  EXPECT_EQ(edge.count("unbind condemned"), 1);
}

TEST_F(Http2Cutting, CutsTheStreamsOfTheRevokedKeyAloneWhereTwoKeysShareTheConnection) {
  start();
  Http2Client client(service.listen.port);
  const auto ann = client.begin(get2("/hold", "key-ann-1"));
  const auto part = client.begin(get2("/part", "key-ann-1"));
  const auto theirs = client.begin(get2("/hold", "key-bob"));
  ASSERT_TRUE(upstream.holds(3));
  EXPECT_EQ(client.head(part).status, 200);
  EXPECT_TRUE(edge.sees("unbind closed"));

  EXPECT_EQ(revoke(ann_1), 2u);
  EXPECT_EQ(client.answer(ann).status, 0);
  EXPECT_EQ(client.answer(ann).error, std::uint32_t{NGHTTP2_CANCEL});
  EXPECT_FALSE(client.answer(part).is_whole);
  EXPECT_EQ(client.ask(get2("/", "key-ann-1")).status, 401);
  EXPECT_EQ(client.ask(get2("/", "key-bob")).status, 200);
  upstream.release();
  EXPECT_EQ(client.answer(theirs).body, "held");
  EXPECT_EQ(edge.count("unbind condemned"), 0);
}

TEST_F(Http2Cutting, CutsAnUploadThatIsUnderWay) {
  start();
  Http2Client client(service.listen.port);
  EXPECT_EQ(client.ask(get2("/", "key-bob")).status, 200);
  const auto id = client.begin(
      get2("/echo", "key-ann-1", {{":method", "POST"}, {"content-length", "1000000"}}), Ends::kNo);
  client.send_body(id, "some", Ends::kNo);
  ASSERT_TRUE(edge.sees("unbind closed"));
  EXPECT_EQ(revoke(ann_1), 1u);
  EXPECT_EQ(client.answer(id).error, std::uint32_t{NGHTTP2_CANCEL});
  EXPECT_EQ(client.ask(get2("/", "key-bob")).status, 200);
}

TEST_F(Http2Cutting, CutsWhatASlowClientHasNotTakenYet) {
  start();
  Http2Client client(service.listen.port);
  EXPECT_EQ(client.ask(get2("/", "key-bob")).status, 200);
  nghttp2_session_set_local_window_size(client.session(), NGHTTP2_FLAG_NONE, 0, 65535);
  const auto id = client.begin(get2("/big", "key-ann-1"));
  ASSERT_TRUE(edge.sees("unbind closed"));
  EXPECT_EQ(revoke(ann_1), 1u);
  const StreamAnswer& answer = client.answer(id);
  EXPECT_FALSE(answer.is_whole);
  EXPECT_LT(answer.body.size(), std::size_t{3} << 20);
}

TEST_F(Http2Cutting, EndsTheUpstreamsRequestWhenTheClientTakesItsStreamBack) {
  start();
  Http2Client client(service.listen.port);
  const auto id = client.begin(get2("/hold", "key-bob"));
  ASSERT_TRUE(upstream.holds(1));
  client.cancel(id);
  EXPECT_EQ(client.ask(get2("/", "key-bob")).status, 200);
  // The one that held was not given back: the second request had a connection of its own.
  EXPECT_EQ(upstream.connections(), 2u);
  EXPECT_EQ(revoke(bob), 1u);  // the connection alone
}

TEST_F(Http2Cutting, DrainsByFinishingWhatRuns) {
  start();
  Http2Client idle(service.listen.port);
  EXPECT_EQ(idle.ask(get2("/", "key-bob")).status, 200);
  Http2Client busy(service.listen.port);
  const auto id = busy.begin(get2("/hold", "key-bob"));
  ASSERT_TRUE(upstream.holds(1));
  std::thread draining([&] { EXPECT_TRUE(terminator->drain(std::chrono::seconds(20))); });
  EXPECT_EQ(idle.goodbye(), std::uint32_t{NGHTTP2_NO_ERROR});
  EXPECT_EQ(busy.goodbye(), std::uint32_t{NGHTTP2_NO_ERROR});
  upstream.release();
  EXPECT_EQ(busy.answer(id).body, "held");
  draining.join();
}

}  // namespace
}  // namespace sallyport::test
