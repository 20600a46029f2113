// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/filter_fixture.hpp"

namespace sallyport::test {
namespace {

constexpr std::uint16_t kPort = 80;
constexpr std::uint16_t kService = 3;
constexpr std::uint32_t kIsn = 0xfffffff0;  // so that the numbers wrap in long requests
const std::string kBad = "spk_live_1f0c_revoked";
const std::string kGood = "spk_live_2a11_in_use";

std::string request(const std::string& fields, const std::string& body = "") {
  return "GET /things HTTP/1.1\r\nHost: api.example\r\n" + fields + "\r\n" + body;
}

/// What the service in clear gets as the first bytes of a connection.
class CleartextTest : public FilterFixture<testing::TestWithParam<Hook>> {
 protected:
  void arrange() override {
    filter_.declare_service("", kPort, kService, SP_MODE_ENFORCE, {SP_SERVICE_CLEARTEXT});
    filter_.set_key_headers(kService, {"authorization", "x-api-key"});
    filter_.deny_key(kBad);
  }

  sp_verdict run(PacketBuilder packet) { return filter_.run(GetParam(), packet.build()).verdict; }

  static PacketBuilder segment(std::uint32_t sequence, const std::string& text) {
    return PacketBuilder{}.to("192.0.2.1", kPort).numbers(sequence, 7).payload(text);
  }

  /// On a connection of its own.
  sp_verdict first(const std::string& text, PacketBuilder packet = PacketBuilder{}) {
    packet.from("192.0.2.7", ++port_).to("192.0.2.1", kPort);
    EXPECT_EQ(run(PacketBuilder(packet).flags(kSyn).numbers(kIsn, 0).payload(0)), SP_PASS_UNJUDGED);
    return run(packet.flags(kAck | kPsh).numbers(kIsn + 1, 7).payload(text));
  }

  std::uint16_t port_ = 20000;
};

TEST_P(CleartextTest, DeniedKeyIsRefusedWhereverTheConfigurationLooksForIt) {
  EXPECT_EQ(first(request("X-API-Key: " + kBad + "\r\n")), SP_DROP_KEY_DENIED);
  EXPECT_EQ(first(request("Authorization: Bearer " + kBad + "\r\n")), SP_DROP_KEY_DENIED);
  EXPECT_EQ(first(request("Accept: */*\r\nX-API-Key: " + kBad + "\r\nVia: 1.1 a\r\n")),
            SP_DROP_KEY_DENIED);
  EXPECT_EQ(first("GET / HTTP/1.1\r\nX-API-Key: " + kBad + "\r\nHost: a\r\n\r\n"),
            SP_DROP_KEY_DENIED);
}

TEST_P(CleartextTest, NamesAreComparedInAnyCaseAndBlanksAroundTheKeyAreNoneOfIt) {
  for (const auto* start : {"x-api-key:", "X-API-KEY: ", "X-Api-Key:\t \t", "x-aPI-kEY:        ",
                            "authorization: bearer ", "AUTHORIZATION:BEARER   "}) {
    EXPECT_EQ(first(request(start + kBad + "\r\n")), SP_DROP_KEY_DENIED) << start;
    EXPECT_EQ(first(request(start + kBad + "  \t\r\n")), SP_DROP_KEY_DENIED) << start;
    EXPECT_EQ(first(request(start + kGood + "\r\n")), SP_PASS_UNJUDGED) << start;
  }
}

TEST_P(CleartextTest, KeysOfEveryLengthUpTo119AreDigested) {
  for (std::size_t length = 1; length <= 119; ++length) {
    std::string key(length, 'k');
    key.back() = static_cast<char>('A' + length % 26);
    EXPECT_EQ(first(request("X-API-Key: " + key + "\r\n")), SP_PASS_UNJUDGED) << length;
    filter_.deny_key(key);
    EXPECT_EQ(first(request("X-API-Key: " + key + "\r\n")), SP_DROP_KEY_DENIED) << length;
  }
  const std::string longer(120, 'k');
  filter_.deny_key(longer);
  EXPECT_EQ(first(request("X-API-Key: " + longer + "\r\n")), SP_PASS_UNJUDGED);
}

TEST_P(CleartextTest, KeyMayLieAnywhereInTheHead) {
  for (std::size_t filler = 0; filler < 80; ++filler) {
    const std::string before = "X-Filler: " + std::string(filler, 'f') + "\r\n";
    EXPECT_EQ(first(request(before + "X-API-Key: " + kBad + "\r\n")), SP_DROP_KEY_DENIED) << filler;
  }
}

TEST_P(CleartextTest, HeadOfUpTo2048BytesIsRead) {
  const auto of_length = [](std::size_t length) {
    const auto bare = request("X-Filler: \r\nX-API-Key: " + kBad + "\r\n").size();
    return request("X-Filler: " + std::string(length - bare, 'f') + "\r\nX-API-Key: " + kBad +
                   "\r\n");
  };
  EXPECT_EQ(first(of_length(2047)), SP_DROP_KEY_DENIED);
  EXPECT_EQ(first(of_length(2048)), SP_DROP_KEY_DENIED);
  EXPECT_EQ(first(of_length(2049)), SP_PASS_UNJUDGED);
}

TEST_P(CleartextTest, BodyThatTheHeadAnnouncesMayFollow) {
  const std::string key = "X-API-Key: " + kBad + "\r\n";
  EXPECT_EQ(first(request(key + "Content-Length: 5\r\n", "hello")), SP_DROP_KEY_DENIED);
  EXPECT_EQ(first(request(key + "Content-Length: 999999999\r\n", "hel")), SP_DROP_KEY_DENIED);
  EXPECT_EQ(first(request(key + "Content-Length: 1000000000000\r\n", "hel")), SP_DROP_KEY_DENIED)
      << "of more than nine digits the first nine are enough";
  EXPECT_EQ(first(request(key + "content-LENGTH:\t5 \r\n", "hello")), SP_DROP_KEY_DENIED);
  EXPECT_EQ(first(request(key + "Content-Length: 3000\r\n", std::string(3000, 'b'))),
            SP_DROP_KEY_DENIED)
      << "beyond what is read, but announced";
}

TEST_P(CleartextTest, WhatOnlyTheInnerDoorCanJudgePasses) {
  const std::string key = "X-API-Key: " + kBad + "\r\n";
  const std::pair<const char*, std::string> rows[] = {
      {"a second request follows", request(key, request("X-API-Key: " + kGood + "\r\n"))},
      {"more than was announced", request(key + "Content-Length: 4\r\n", "hello")},
      {"chunked", request(key + "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n")},
      {"two lengths", request(key + "Content-Length: 5\r\nContent-Length: 5\r\n", "hello")},
      {"a length that is none", request(key + "Content-Length: x\r\n", "hello")},
      {"two headers with keys", request(key + "Authorization: Bearer " + kGood + "\r\n")},
      {"two of one name", request(key + key)},
      {"another scheme", request("Authorization: Basic " + kBad + "\r\n")},
      {"no scheme", request("Authorization: " + kBad + "\r\n")},
      {"folded", request("X-API-Key: " + kBad + "\r\n more\r\n")},
      {"folded elsewhere", request("X-Other: a\r\n\tb\r\n" + key)},
      {"bare line feed", "GET / HTTP/1.1\nX-API-Key: " + kBad + "\n\n"},
      {"one bare line feed", request("X-Other: a\n" + key)},
      {"head without an end", "GET / HTTP/1.1\r\nHost: a\r\n" + key},
      {"the end cut off", "GET / HTTP/1.1\r\n" + key + "\r"},
      {"nine blanks", request("X-API-Key:         " + kBad + "\r\n")},
      {"nine blanks after", request("X-API-Key:" + kBad + std::string(9, ' ') + "\r\n")},
      {"a longer name", request("X-API-Keys: " + kBad + "\r\n")},
      {"a shorter name", request("X-API-Ke: " + kBad + "\r\n")},
      {"blank before the colon", request("X-API-Key : " + kBad + "\r\n")},
      {"a header that ends like it", request("Not-X-API-Key: " + kBad + "\r\n")},
      {"an empty value", request("X-API-Key:\r\n")},
      {"blanks alone", request("X-API-Key:   \r\n")},
      {"the key and more", request("X-API-Key: " + kBad + "x\r\n")},
      {"in the body", request("Content-Length: 200\r\n", "\r\n" + key + "\r\n")},
      {"in the target", "GET /?x-api-key:" + kBad + " HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"no key", request("")},
      {"empty line first", "\r\n\r\n" + request(key)},
      {"a good key", request("X-API-Key: " + kGood + "\r\n")},
  };
  for (const auto& [name, text] : rows) EXPECT_EQ(first(text), SP_PASS_UNJUDGED) << name;
}

TEST_P(CleartextTest, OnlyTheFirstBytesOfAConnectionAreJudged) {
  const std::string bad = request("X-API-Key: " + kBad + "\r\n");
  EXPECT_EQ(run(segment(kIsn + 1, bad)), SP_PASS_UNJUDGED) << "its SYN was not seen";
  ASSERT_EQ(run(segment(kIsn, "").flags(kSyn)), SP_PASS_UNJUDGED);
  EXPECT_EQ(run(segment(kIsn + 2, bad)), SP_PASS_UNJUDGED) << "something is before it";
  EXPECT_EQ(run(segment(kIsn, bad)), SP_PASS_UNJUDGED);
  EXPECT_EQ(run(segment(kIsn + 1, "").flags(kAck)), SP_PASS_UNJUDGED);
  EXPECT_EQ(run(segment(kIsn + 1, bad)), SP_DROP_KEY_DENIED);
  EXPECT_EQ(run(segment(kIsn + 1, bad)), SP_DROP_KEY_DENIED) << "sent once more";
  filter_.allow_key(kBad);
  EXPECT_EQ(run(segment(kIsn + 1, bad)), SP_PASS_UNJUDGED);
  filter_.deny_key(kBad);
  EXPECT_EQ(run(segment(kIsn + 1, bad)), SP_PASS_UNJUDGED) << "it has passed once: never again";
}

// Not the text, nor the words of the digest, from which it could be computed: only where things
// were.
TEST_P(CleartextTest, NothingOfAKeyStaysBehind) {
  for (const auto& key : {kBad, kGood, std::string(100, 'k')}) {
    (void)first(request("X-API-Key: " + key + "\r\n"));
    const auto left = filter_.scratch();
    const auto kept = std::count_if(left.begin(), left.end(), [](auto byte) { return byte != 0; });
    EXPECT_GT(kept, 0) << "it was read somewhere else";
    EXPECT_LT(kept, 64) << key.size();
  }
}

TEST_P(CleartextTest, HeadersOnTheWayChangeNothing) {
  const std::string bad = request("X-API-Key: " + kBad + "\r\n");
  EXPECT_EQ(first(bad, PacketBuilder{}.vlans({0x88a8, 0x8100})), SP_DROP_KEY_DENIED);
  EXPECT_EQ(first(bad, PacketBuilder{}.ip_options(10)), SP_DROP_KEY_DENIED);
  EXPECT_EQ(first(bad, PacketBuilder{}.tcp_options(10)), SP_DROP_KEY_DENIED);
  const auto v6 = PacketBuilder{}.from("2001:db8::9", 1).to("2001:db8::1", kPort).extensions({0});
  run(PacketBuilder(v6).flags(kSyn).numbers(kIsn, 0).payload(0));
  EXPECT_EQ(run(PacketBuilder(v6).numbers(kIsn + 1, 0).payload(bad)), SP_DROP_KEY_DENIED);
}

TEST_P(CleartextTest, OtherServicesAreNotRead) {
  const std::string bad = request("X-API-Key: " + kBad + "\r\n");
  filter_.declare_service("", kPort, kService, SP_MODE_ENFORCE, {});
  EXPECT_EQ(first(bad), SP_PASS_UNJUDGED) << "TLS";
  filter_.declare_service("", kPort, 4, SP_MODE_ENFORCE, {SP_SERVICE_CLEARTEXT});
  EXPECT_EQ(first(bad), SP_PASS_UNJUDGED) << "no headers are known for it";
  filter_.declare_service("", kPort, kService, SP_MODE_OFF, {SP_SERVICE_CLEARTEXT});
  EXPECT_EQ(run(segment(kIsn + 1, bad)), SP_PASS_OFF);
}

TEST_P(CleartextTest, ObservingServiceCountsAndPasses) {
  filter_.declare_service("", kPort, kService, SP_MODE_OBSERVE, {SP_SERVICE_CLEARTEXT});
  ASSERT_EQ(run(segment(kIsn, "").flags(kSyn)), SP_PASS_UNJUDGED);
  const auto outcome =
      filter_.run(GetParam(), segment(kIsn + 1, request("X-API-Key: " + kBad + "\r\n")).build());
  EXPECT_EQ(outcome, (Outcome{.dropped = false, .verdict = SP_DROP_KEY_DENIED, .observed = true}));
}

TEST_P(CleartextTest, AllowedSourceIsHeldToItsKeyAllTheSame) {
  filter_.set_cidrs({"192.0.2.0/24"}, {});
  ASSERT_EQ(run(segment(kIsn, "").flags(kSyn)), SP_PASS_CIDR_ALLOWED);
  EXPECT_EQ(run(segment(kIsn + 1, request("X-API-Key: " + kBad + "\r\n"))), SP_DROP_KEY_DENIED);
}

INSTANTIATE_TEST_SUITE_P(Hooks, CleartextTest, testing::Values(Hook::kXdp, Hook::kTc),
                         [](const auto& hook) {
                           return std::string(hook.param == Hook::kXdp ? "Xdp" : "Tc");
                         });

}  // namespace
}  // namespace sallyport::test
