// SPDX-License-Identifier: Apache-2.0
#include "control/cli/cidr_file.hpp"

#include <gtest/gtest.h>

namespace sallyport::test {
namespace {

using Strings = std::vector<std::string>;

Strings lines_of(const ParsedCidrs& parsed) {
  Strings out;
  for (const auto& line : parsed.lines) {
    out.push_back((line.rule.action == CidrAction::kAllow ? "allow " : "deny ") +
                  line.rule.prefix.to_string() + " (" + line.note + ")");
  }
  return out;
}

TEST(CidrFile, ReadsListsAsTheyArePublished) {
  const auto parsed = parse_cidr_file(
      "# a list\n"
      "\n"
      "192.0.2.0/24 # scanners\r\n"
      "  allow\t192.0.2.7\n"
      "deny 2001:db8::/32#x\n"
      "allow 198.51.100.0/24   #",
      CidrAction::kDeny);
  EXPECT_EQ(parsed.errors, Strings{});
  EXPECT_EQ(lines_of(parsed), (Strings{"deny 192.0.2.0/24 (scanners)", "allow 192.0.2.7/32 ()",
                                       "deny 2001:db8::/32 (x)", "allow 198.51.100.0/24 ()"}));
  EXPECT_EQ(lines_of(parse_cidr_file("10.0.0.0/8", CidrAction::kAllow)),
            Strings{"allow 10.0.0.0/8 ()"});
  EXPECT_TRUE(parse_cidr_file("", CidrAction::kDeny).lines.empty());
}

TEST(CidrFile, TellsEveryErrorWithItsLine) {
  const auto parsed = parse_cidr_file(
      "192.0.2.1/24\nallow\n10.0.0.0/8\nallow 10.0.0.0/8\nmaybe 10.1.0.0/16\n10.0.0.0/8\n",
      CidrAction::kDeny);
  EXPECT_EQ(parsed.errors, (Strings{"line 1: not a prefix: 192.0.2.1/24", "line 2: not a prefix: ",
                                    "line 4: 10.0.0.0/8 is allowed and denied, see line 3",
                                    "line 5: not a prefix: maybe 10.1.0.0/16"}));
  EXPECT_EQ(parsed.lines.size(), 1U);
}

TEST(CidrFile, ShowsLittleOfAHostileFile) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += std::string(1000, '\x1b') + "\n";
  const auto parsed = parse_cidr_file(text, CidrAction::kDeny);
  ASSERT_EQ(parsed.errors.size(), ParsedCidrs::kMostErrors);
  EXPECT_EQ(parsed.more_errors, 80U);
  EXPECT_LT(parsed.errors[0].size(), 100U);
  EXPECT_EQ(parsed.errors[0].find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace sallyport::test
