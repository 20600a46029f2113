// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/terminator/http2_client.hpp"
#include "tests/unit/terminator/terminator_fixture.hpp"

namespace sallyport::test {
namespace {

using Ends = Http2Client::Ends;

constexpr auto kEndStream = std::uint8_t{NGHTTP2_FLAG_END_STREAM};
constexpr auto kEndHeaders = std::uint8_t{NGHTTP2_FLAG_END_HEADERS};
constexpr std::uint32_t kCalm = NGHTTP2_ENHANCE_YOUR_CALM;

/// A field as HPACK has it without its tables (RFC 7541 section 6.2.2); both parts are short.
std::string literal(std::string_view name, std::string_view value) {
  std::string out(1, '\0');
  out += static_cast<char>(name.size());
  out += name;
  out += static_cast<char>(value.size());
  return out += value;
}

std::string block(const Fields& fields) {
  std::string out;
  for (const auto& [name, value] : fields) out += literal(name, value);
  return out;
}

std::string request(std::uint32_t stream, const Fields& fields) {
  return frame(NGHTTP2_HEADERS, kEndHeaders | kEndStream, stream, block(fields));
}

class Http2Hostile : public TerminatorTest {
 protected:
  // Sends it so often that it must be enough, and expects the connection's end for that.
  void flood(const std::function<std::string(std::uint32_t)>& frames) {
    start();
    Http2Client client(service.listen.port);
    ASSERT_EQ(client.ask(get2("/", "key-bob")).status, 200);
    // Less than what the other end reads past before it closes.
    for (std::uint32_t i = 0; i < 2000; ++i) {
      if (!client.send_raw(frames(i))) break;
    }
    EXPECT_EQ(client.goodbye(), kCalm);
    EXPECT_TRUE(counts([](const auto& now) { return now.connections_open == 0; }));
    EXPECT_EQ(terminator->counters().floods, 1u);
    Http2Client other(service.listen.port);
    EXPECT_EQ(other.ask(get2("/", "key-bob")).status, 200);
  }
};

TEST_F(Http2Hostile, PingsWithoutEnd) {
  flood([](std::uint32_t) { return frame(NGHTTP2_PING, 0, 0, "12345678"); });
}

TEST_F(Http2Hostile, SettingsWithoutEnd) {
  flood([](std::uint32_t) { return frame(NGHTTP2_SETTINGS, 0, 0, ""); });
}

TEST_F(Http2Hostile, PrioritiesWithoutEnd) {
  flood(
      [](std::uint32_t) { return frame(NGHTTP2_PRIORITY, 0, 3, std::string("\0\0\0\0\x10", 5)); });
}

TEST_F(Http2Hostile, ResetsOfWhatItAskedFor) {
  flood([](std::uint32_t i) {
    const std::uint32_t stream = 3 + 2 * i;
    return request(stream, get2("/hold", "key-bob")) +
           frame(NGHTTP2_RST_STREAM, 0, stream, std::string("\0\0\0\x08", 4));
  });
}

TEST_F(Http2Hostile, ProvokesResetsOfOurs) {
  // A window beyond the largest is an error of its stream, which we then reset.
  flood([](std::uint32_t i) {
    const std::uint32_t stream = 3 + 2 * i;
    return request(stream, get2("/hold", "key-bob")) +
           frame(NGHTTP2_WINDOW_UPDATE, 0, stream, "\x7f\xff\xff\xff");
  });
}

TEST_F(Http2Hostile, EmptyDataWithoutEnd) {
  bool is_begun = false;
  flood([&](std::uint32_t) {
    const std::string head = frame(NGHTTP2_HEADERS, kEndHeaders, 3,
                                   block(get2("/echo", "key-bob", {{":method", "POST"}})));
    return (std::exchange(is_begun, true) ? "" : head) + frame(NGHTTP2_DATA, 0, 3, "");
  });
}

TEST_F(Http2Hostile, AHeadInPiecesWithoutEnd) {
  start();
  Http2Client client(service.listen.port);
  ASSERT_TRUE(client.send_raw(frame(NGHTTP2_HEADERS, kEndStream, 1, block(get2("/", "key-bob")))));
  for (int i = 0; i < 1000; ++i) {
    if (!client.send_raw(frame(NGHTTP2_CONTINUATION, 0, 1, literal("a", "b")))) break;
  }
  EXPECT_TRUE(counts([](const auto& now) { return now.connections_open == 0; }));
}

TEST_F(Http2Hostile, AHeadThatStops) {
  service.http.head_timeout = std::chrono::milliseconds(300);
  start();
  Http2Client client(service.listen.port);
  ASSERT_TRUE(client.send_raw(frame(NGHTTP2_HEADERS, kEndStream, 1, block(get2("/", "key-bob")))));
  EXPECT_TRUE(counts([](const auto& now) { return now.connections_open == 0; }));
  EXPECT_EQ(terminator->counters().timeouts, 1u);
}

TEST_F(Http2Hostile, IdlesAndPings) {
  service.http.idle_timeout = std::chrono::milliseconds(600);
  start();
  Http2Client client(service.listen.port);
  ASSERT_EQ(client.ask(get2("/", "key-bob")).status, 200);
  for (int i = 0; i < 20; ++i) {
    if (!client.send_raw(frame(NGHTTP2_PING, 0, 0, "12345678"))) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_EQ(client.goodbye(), std::uint32_t{NGHTTP2_NO_ERROR});
  EXPECT_TRUE(counts([](const auto& now) { return now.connections_open == 0; }));
}

TEST_F(Http2Hostile, TakesNothingOfItsResponse) {
  service.http.body_timeout = std::chrono::milliseconds(300);
  start();
  Http2Client client(service.listen.port);
  ASSERT_EQ(client.ask(get2("/", "key-bob")).status, 200);
  const nghttp2_settings_entry none{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 0};
  nghttp2_submit_settings(client.session(), NGHTTP2_FLAG_NONE, &none, 1);
  for (const std::string_view path : {"/", "/big"}) {
    const StreamAnswer& answer = client.ask(get2(path, "key-bob"));
    EXPECT_EQ(answer.status, 200);
    EXPECT_FALSE(answer.is_whole);
    EXPECT_NE(answer.error, std::uint32_t{NGHTTP2_NO_ERROR});
  }
  EXPECT_EQ(client.ask(get2("/", "key-bob", {{":method", "HEAD"}})).status, 200);
}

TEST_F(Http2Hostile, ReadsNothingAndGoesOnTalking) {
  service.http.body_timeout = std::chrono::milliseconds(500);
  start();
  Http2Client client(service.listen.port);
  // Windows so large that only the socket holds the responses back.
  nghttp2_session_set_local_window_size(client.session(), NGHTTP2_FLAG_NONE, 0, 1 << 30);
  const nghttp2_settings_entry large{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 1 << 30};
  nghttp2_submit_settings(client.session(), NGHTTP2_FLAG_NONE, &large, 1);
  for (int i = 0; i < 20; ++i) client.begin(get2("/big", "key-bob"));
  for (int i = 0; i < 60; ++i) {
    if (!client.send_raw(frame(NGHTTP2_PING, 0, 0, "12345678"))) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_TRUE(counts([](const auto& now) { return now.connections_open == 0; }));
  EXPECT_GE(terminator->counters().timeouts, 1u);
}

TEST_F(Http2Hostile, SendsABodyAndThenStops) {
  service.http.body_timeout = std::chrono::milliseconds(300);
  start();
  Http2Client client(service.listen.port);
  const auto id = client.begin(
      get2("/echo", "key-bob", {{":method", "POST"}, {"content-length", "10"}}), Ends::kNo);
  client.send_body(id, "some", Ends::kNo);
  EXPECT_EQ(client.answer(id).status, 408);
  EXPECT_EQ(client.ask(get2("/", "key-bob")).status, 200);
}

TEST_F(Http2Hostile, SendsMoreThanABodyMayHave) {
  service.http.body_bytes = 1000;
  start();
  Http2Client client(service.listen.port);
  const auto told = client.begin(
      get2("/echo", "key-bob", {{":method", "POST"}, {"content-length", "1001"}}), Ends::kNo);
  EXPECT_EQ(client.answer(told).status, 413);
  const auto untold = client.begin(get2("/echo", "key-bob", {{":method", "POST"}}), Ends::kNo);
  client.send_body(untold, std::string(1001, 'x'), Ends::kYes);
  EXPECT_EQ(client.answer(untold).status, 413);
  EXPECT_EQ(client.ask(get2("/", "key-bob")).status, 200);
}

TEST_F(Http2Hostile, SendsAHeadThatIsTooLarge) {
  start();
  Http2Client client(service.listen.port);
  EXPECT_EQ(client.ask(get2("/", "key-bob", {{"large", std::string(20'000, 'x')}})).status, 431);
  EXPECT_EQ(client.ask(get2("/", "key-bob", Fields(200, {"many", "x"}))).status, 431);
  EXPECT_EQ(client.ask(get2("/", "key-bob")).status, 200);
  EXPECT_EQ(terminator->counters().bad_requests, 2u);
}

TEST_F(Http2Hostile, NamesOneEntryOfTheTableAgainAndAgain) {
  start();
  Http2Client client(service.listen.port);
  // RFC 7541: a literal with indexing, and then its index: few bytes here, 1 MB there.
  const std::string entry =
      "\x40\x04"
      "bomb" +
      std::string("\x64", 1) + std::string(100, 'x');
  ASSERT_TRUE(
      client.send_raw(frame(NGHTTP2_HEADERS, kEndHeaders | kEndStream, 1,
                            block(get2("/", "key-bob")) + entry + std::string(10'000, '\xbe'))));
  EXPECT_TRUE(counts([](const auto& now) { return now.bad_requests == 1; }));
  EXPECT_EQ(upstream.connections(), 0u);
}

TEST_F(Http2Hostile, SaysWhatNoRequestMaySay) {
  start();
  const Fields wrong[] = {
      {{"connection", "close"}},
      {{"transfer-encoding", "chunked"}},
      {{"upgrade", "h2c"}},
      {{"te", "gzip"}},
      {{"content-length", "1"}},
      {{"host", "other.example"}},
      {{"bad name", "x"}},
      {{"x", std::string("a\r\nx-injected: 1")}},
      {{":path", "http://other.example/"}},
      {{":path", "/a b"}},
      {{":path", "a"}},
      {{":path", "/\\a"}},
      {{":authority", "user@api.example"}},
      {{":authority", "api.example/x"}},
      {{":authority", ""}},
      {{":scheme", "ftp"}},
      {{":method", "GE T"}},
  };
  for (const Fields& fields : wrong) {
    Http2Client client(service.listen.port);
    const StreamAnswer& answer = client.ask(get2("/", "key-bob", fields));
    const bool is_reset = answer.status == 0 && answer.error == NGHTTP2_PROTOCOL_ERROR;
    EXPECT_TRUE(answer.status == 400 || is_reset)
        << fields[0].first << ": " << fields[0].second << " → " << answer.status;
  }
  EXPECT_EQ(upstream.connections(), 0u);
  EXPECT_GE(terminator->counters().bad_requests, std::size(wrong));
}

TEST_F(Http2Hostile, SpeaksSomethingElse) {
  start();
  for (const std::string_view words :
       {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\x16\x03\x01", "PRI"}) {
    TlsClient client(service.listen.port, Hello{.protocols = "\x02h2"});
    ASSERT_TRUE(client.send(words));
    client.reset();
  }
  EXPECT_TRUE(
      counts([](const auto& now) { return now.connections == 3 && now.connections_open == 0; }));
}

}  // namespace
}  // namespace sallyport::test
