// SPDX-License-Identifier: Apache-2.0
#include "agent/base/key_scan.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "agent/base/key_format.hpp"

namespace sallyport::test {
namespace {

struct Hit {
  std::string raw;
  std::string env;
  std::string id;
  std::size_t line;
};

std::vector<Hit> scan(const std::string& text, std::size_t part) {
  std::vector<Hit> hits;
  KeyScanner scanner([&](const FoundKey& key) {
    hits.push_back({std::string(key.raw), std::string(key.env), std::string(key.id), key.line});
  });
  for (std::size_t at = 0; at < text.size(); at += part) scanner.feed(text.substr(at, part));
  scanner.finish();
  return hits;
}

TEST(KeyScanTest, KeysAreFoundWhateverStandsAroundThemAndHoweverTheTextComes) {
  const auto one = make_key("live").value();
  const auto two = make_key("t").value();
  const auto three = make_key("longest8").value();
  const std::string text = "first line\nKEY=\"" + one.raw + "\"; spk_ spk_live_x " +
                           std::string(1, '\0') + "\n\n" + two.raw + three.raw + "\nend spk_";
  for (const std::size_t part : {1U, 2U, 7U, 55U, 56U, 57U, 64U, 10'000U}) {
    const auto hits = scan(text, part);
    ASSERT_EQ(hits.size(), 3U) << "in parts of " << part;
    EXPECT_EQ(hits[0].raw, one.raw);
    EXPECT_EQ(hits[0].env, "live");
    EXPECT_EQ(hits[0].id, to_view(one.id));
    EXPECT_EQ(hits[0].line, 2U);
    EXPECT_EQ(hits[1].raw, two.raw);
    EXPECT_EQ(hits[1].line, 4U) << "in parts of " << part;
    EXPECT_EQ(hits[2].raw, three.raw);
    EXPECT_EQ(hits[2].line, 4U);
  }
}

TEST(KeyScanTest, WrongChecksumIsNoKeyAndHidesNone) {
  auto raw = make_key("live").value().raw;
  const auto good = make_key("live").value().raw;
  raw.back() = raw.back() == 'a' ? 'b' : 'a';
  EXPECT_TRUE(scan(raw, 1000).empty());
  EXPECT_EQ(scan(raw.substr(0, 20) + good, 1000).size(), 1U) << "one that begins in another";
  EXPECT_EQ(scan("spk_spk_" + good.substr(4), 1000).size(), 1U);
  EXPECT_TRUE(scan(good.substr(0, good.size() - 1), 1000).empty());
}

}  // namespace
}  // namespace sallyport::test
