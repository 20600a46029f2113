// SPDX-License-Identifier: Apache-2.0
#include "control/cli/top_screen.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace sallyport::test {
namespace {

/// A look of two seconds with so many of everything.
control::v1::Top busy(int many) {
  control::v1::Top top;
  top.set_window_us(2'000'000);
  top.set_connections_open(1234567);
  for (int i = 0; i < many; ++i) {
    auto& key = *top.add_keys();
    key.set_id("Xy12AbC" + std::to_string(i % 10));
    key.set_tenant("a-tenant-with-a-long-name");
    key.set_user("and-a-user-with-one");
    key.set_requests(24690);
    auto& source = *top.add_sources();
    source.set_address("2001:db8:1234:5678:9abc:def0:1234:5678");
    source.set_requests(7);
    auto& service = *top.add_services();
    service.set_name("a-service-of-a-long-name");
    service.set_upstream("[2001:db8:1234:5678:9abc:def0:1234:5678]:65535");
    service.set_answers(1);
    service.set_upstream_us(1500);
    service.set_upstream_most_us(60'000'000);
    auto& packet = *top.add_packets();
    packet.set_verdict("DROP_CONNECTION_OFFENDER");
    packet.set_packets(static_cast<std::uint64_t>(i) * 2);
    packet.set_bytes(2'000'000'000'000ULL);
    auto& check = *top.add_checks();
    check.set_name("inactive-tenant");
    check.set_value(4);
  }
  return top;
}

bool has(const std::vector<std::string>& lines, const std::string& text) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const auto& line) { return line.find(text) != std::string::npos; });
}

TEST(TopScreenTest, FitsWhateverThereIsOfIt) {
  for (const int many : {0, 1, 3, 50}) {
    for (const auto size : {kLeastScreen, ScreenSize{200, 60}, ScreenSize{30, 6}}) {
      const auto lines = show_top(busy(many), size);
      EXPECT_LE(lines.size(), size.lines) << many;
      for (const auto& line : lines) EXPECT_LE(line.size(), size.columns) << line;
    }
  }
}

TEST(TopScreenTest, EightyByTwentyFourShowsEverySection) {
  const auto lines = show_top(busy(50), kLeastScreen);
  for (const char* heading : {"OUTER DOOR", "INNER DOOR", "TENANT/USER", "SOURCE", "UPSTREAM"}) {
    EXPECT_TRUE(has(lines, heading)) << heading;
  }
  EXPECT_TRUE(has(lines, "Xy12AbC4")) << "five keys at least";
  EXPECT_TRUE(has(lines, "12.3k")) << "rates are a second's";
  EXPECT_TRUE(has(lines, "a-tenant-with-a-long-~")) << "what is cut says so";
  EXPECT_TRUE(has(lines, "1.5 ms"));
}

TEST(TopScreenTest, VerdictsWithTheMostPacketsComeFirstAndObservedOnesAreMarked) {
  control::v1::Top top;
  top.set_window_us(1'000'000);
  auto& few = *top.add_packets();
  few.set_verdict("PASS_BOUND");
  few.set_packets(1);
  auto& many = *top.add_packets();
  many.set_verdict("DROP_KEY_REVOKED");
  many.set_packets(50);
  auto& observed = *top.add_packets();
  observed.set_verdict("DROP_SOURCE_PACED");
  observed.set_observed_packets(3);
  const auto lines = show_top(top, kLeastScreen);
  EXPECT_EQ(lines[3].substr(0, 35), "DROP_KEY_REVOKED                 50");
  EXPECT_TRUE(has(lines, "DROP_SOURCE_PACED (obs.)        3.0"));
}

TEST(TopScreenTest, RatesKeepToFiveCharacters) {
  const std::pair<double, const char*> rates[] = {
      {0, "0"},          {0.04, "0.0"},     {0.5, "0.5"},        {9.94, "9.9"},    {9.96, "10"},
      {9999, "9999"},    {9999.6, "10.0k"}, {12345, "12.3k"},    {99940, "99.9k"}, {99960, "100k"},
      {999940, "1000k"}, {1e6, "1.0M"},     {123456789, "123M"}, {5e9, "5.0G"}};
  for (const auto& [rate, text] : rates) EXPECT_EQ(show_rate(rate), text) << rate;
}

}  // namespace
}  // namespace sallyport::test
