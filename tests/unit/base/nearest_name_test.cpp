// SPDX-License-Identifier: Apache-2.0
#include "agent/base/nearest_name.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace sallyport::test {
namespace {

constexpr std::array<std::string_view, 4> kKnown = {"listen", "limits", "upstream", "tls"};

TEST(NearestNameTest, FindsSlipsOfTheFinger) {
  EXPECT_EQ(nearest_name("lisen", kKnown), "listen");
  EXPECT_EQ(nearest_name("listne", kKnown), "listen");
  EXPECT_EQ(nearest_name("upstreams", kKnown), "upstream");
  EXPECT_EQ(nearest_name("tsl", kKnown), "tls");
}

TEST(NearestNameTest, KeepsQuietAboutWhatIsFarFromAll) {
  EXPECT_EQ(nearest_name("colour", kKnown), "");
  EXPECT_EQ(nearest_name("abc", kKnown), "");
  EXPECT_EQ(nearest_name("", kKnown), "");
  EXPECT_EQ(nearest_name(std::string(1U << 20, 'l'), kKnown), "");
}

}  // namespace
}  // namespace sallyport::test
