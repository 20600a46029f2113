// SPDX-License-Identifier: Apache-2.0
#include "agent/http/upgrade.hpp"

#include <gtest/gtest.h>

#include "agent/http/rewrite.hpp"

namespace sallyport {
namespace {

std::string asked(const std::string& lines, const std::string& version = "1.1") {
  const std::string text = "GET / HTTP/" + version + "\r\nHost: a\r\n" + lines + "\r\n";
  RequestHead head;
  const ParseResult parsed = parse_request_head(text, {}, head);
  EXPECT_EQ(parsed.result, ParseStatus::kDone) << text << parsed.why;
  return std::string(upgrade_of(head));
}

bool switches(const std::string& head, std::string_view protocol = "websocket") {
  ResponseHead response;
  EXPECT_EQ(parse_response_head(head, {}, "GET", response).result, ParseStatus::kDone) << head;
  return switches_to(response, protocol);
}

TEST(UpgradeTest, IsAskedForByBothFields) {
  EXPECT_EQ(asked("Connection: Upgrade\r\nUpgrade: websocket\r\n"), "websocket");
  EXPECT_EQ(asked("Connection: keep-alive, upgrade\r\nUpgrade: WebSocket\r\n"), "WebSocket");
  EXPECT_EQ(asked("Upgrade: websocket\r\n"), "");
  EXPECT_EQ(asked("Connection: upgrade\r\n"), "");
  EXPECT_EQ(asked(""), "");
}

TEST(UpgradeTest, IsNoneWhereItWouldBeAMatterOfOpinion) {
  const std::string upgrade = "Connection: upgrade\r\nUpgrade: websocket\r\n";
  EXPECT_EQ(asked(upgrade + "Content-Length: 3\r\n"), "");
  EXPECT_EQ(asked(upgrade + "Transfer-Encoding: chunked\r\n"), "");
  EXPECT_EQ(asked(upgrade + "Content-Length: 3\r\nExpect: 100-continue\r\n"), "");
  EXPECT_EQ(asked(upgrade + "Upgrade: h2c\r\n"), "") << "two fields";
  EXPECT_EQ(asked("Connection: upgrade\r\nUpgrade: websocket, h2c\r\n"), "");
  EXPECT_EQ(asked(upgrade, "1.0"), "");
}

TEST(UpgradeTest, IsGrantedByA101ThatNamesTheSameProtocol) {
  const std::string switching = "HTTP/1.1 101 Switching Protocols\r\n";
  EXPECT_TRUE(switches(switching + "Connection: Upgrade\r\nUpgrade: WebSocket\r\n\r\n"));
  EXPECT_FALSE(switches(switching + "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n"));
  EXPECT_FALSE(switches(switching + "Upgrade: websocket\r\n\r\n"));
  EXPECT_FALSE(switches(switching + "Connection: Upgrade\r\n\r\n"));
  EXPECT_FALSE(switches(switching + "Connection: upgrade\r\nUpgrade: websocket, h2c\r\n\r\n"));
  EXPECT_FALSE(
      switches("HTTP/1.1 200 OK\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
               "Content-Length: 0\r\n\r\n"));
  EXPECT_FALSE(
      switches("HTTP/1.0 101 Switching\r\nConnection: upgrade\r\n"
               "Upgrade: websocket\r\n\r\n"));
  EXPECT_FALSE(switches(switching + "Connection: upgrade\r\n\r\n", "")) << "nobody asked";
}

TEST(UpgradeTest, TheClientsHeadSaysItOnce) {
  const std::string head =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: x-hop, Upgrade\r\nUpgrade: WebSocket\r\n"
      "X-Hop: secret\r\nSec-WebSocket-Accept: abc=\r\n\r\n";
  ResponseHead response;
  ASSERT_EQ(parse_response_head(head, {}, "GET", response).result, ParseStatus::kDone);
  std::string out;
  write_switching_head(response, "websocket", out);
  EXPECT_EQ(out,
            "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: abc=\r\n"
            "Connection: upgrade\r\nUpgrade: websocket\r\n\r\n");
}

TEST(UpgradeTest, TheUpstreamIsAskedForWhatWasGrantedAlone) {
  const std::string text =
      "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, upgrade\r\nUpgrade: WebSocket\r\n"
      "Sec-WebSocket-Key: k\r\n\r\n";
  RequestHead request;
  ASSERT_EQ(parse_request_head(text, {}, request).result, ParseStatus::kDone);
  std::string granted;
  write_upstream_head(
      request, {.removed = {}, .added = {}, .peer_address = "192.0.2.1", .upgrade = "websocket"},
      granted);
  EXPECT_NE(granted.find("\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"), std::string::npos);
  EXPECT_EQ(granted.find("WebSocket\r\n"), std::string::npos) << granted;
  std::string plain;
  write_upstream_head(request, {.removed = {}, .added = {}, .peer_address = "192.0.2.1"}, plain);
  EXPECT_EQ(plain.find("pgrade"), std::string::npos) << plain;
}

}  // namespace
}  // namespace sallyport
