// SPDX-License-Identifier: Apache-2.0
#include "agent/base/address.hpp"

#include <arpa/inet.h>

#include <unordered_set>

#include <gtest/gtest.h>

namespace sallyport::test {
namespace {

Address address(std::string_view text) {
  const auto parsed = Address::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Address{});
}

TEST(AddressTest, TextRoundTrips) {
  for (const char* text : {"192.0.2.7", "0.0.0.0", "255.255.255.255", "::", "::1", "2001:db8::1"}) {
    EXPECT_EQ(address(text).to_string(), text);
  }
  EXPECT_EQ(address("2001:DB8:0:0:0:0:0:1").to_string(), "2001:db8::1");
}

TEST(AddressTest, AnythingElseIsNoAddress) {
  for (const std::string text : {"", " ", "192.0.2", "192.0.2.256", "192.0.2.7 ", "192.0.2.7:80",
                                 "[::1]", "fe80::1%eth0", "::g", "1::2::3", "example.net"}) {
    EXPECT_FALSE(Address::parse(text)) << text;
  }
  EXPECT_FALSE(Address::parse(std::string("1.2.3.4\0x", 9)));
  EXPECT_FALSE(Address::parse(std::string(100000, '1')));
}

TEST(AddressTest, Ipv4IsMappedSoThatBothFormsAreOneSource) {
  EXPECT_TRUE(address("192.0.2.7").is_v4());
  EXPECT_FALSE(address("2001:db8::1").is_v4());
  EXPECT_EQ(address("::ffff:192.0.2.7"), address("192.0.2.7"));
  EXPECT_EQ(Address::from_v4(htonl(0xc0000207)), address("192.0.2.7"));
}

TEST(AddressTest, SourceIsTheAddressItselfOrItsSlash64) {
  EXPECT_EQ(address("192.0.2.7").as_source(), address("192.0.2.7"));
  EXPECT_EQ(address("2001:db8:1:2:3:4:5:6").as_source(), address("2001:db8:1:2::"));
}

TEST(AddressTest, KernelFormRoundTrips) {
  const auto original = address("2001:db8::9");

  EXPECT_EQ(Address::from_abi(original.to_abi()), original);
}

TEST(AddressTest, HashTellsNeighboursApart) {
  std::unordered_set<std::size_t> hashes;
  for (std::uint32_t i = 0; i < 10000; ++i)
    hashes.insert(AddressHash{}(Address::from_v4(htonl(i))));

  EXPECT_EQ(hashes.size(), 10000U);
}

TEST(CidrTest, TextRoundTrips) {
  for (const char* text : {"192.0.2.0/24", "0.0.0.0/0", "192.0.2.7/32", "2001:db8::/32", "::/0"}) {
    const auto cidr = Cidr::parse(text);
    ASSERT_TRUE(cidr) << text;
    EXPECT_EQ(cidr->to_string(), text);
  }
  EXPECT_EQ(Cidr::parse("192.0.2.7"), Cidr::parse("192.0.2.7/32"));
}

TEST(CidrTest, AnythingElseIsNoNetwork) {
  for (const char* text : {"", "/", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/+8",
                           "192.0.2.0/8/8", "192.0.2.1/24", "2001:db8::/129", "2001:db8::1/32",
                           "192.0.2.0/ 24", "192.0.2.0/24 ", "192.0.2.0/99999999999"}) {
    EXPECT_FALSE(Cidr::parse(text)) << text;
  }
}

TEST(CidrTest, ContainsExactlyItsAddresses) {
  const auto v4 = *Cidr::parse("192.0.2.128/25");
  EXPECT_TRUE(v4.contains(address("192.0.2.128")));
  EXPECT_TRUE(v4.contains(address("192.0.2.255")));
  EXPECT_FALSE(v4.contains(address("192.0.2.127")));
  EXPECT_FALSE(v4.contains(address("192.0.3.128")));
  EXPECT_FALSE(v4.contains(address("2001:db8::1")));
  EXPECT_FALSE(Cidr::parse("0.0.0.0/0")->contains(address("2001:db8::1")));
  EXPECT_TRUE(Cidr::parse("::/0")->contains(address("192.0.2.1")));  // v4-mapped lies in it
  EXPECT_TRUE(Cidr::parse("2001:db8::/33")->contains(address("2001:db8:7fff::1")));
  EXPECT_FALSE(Cidr::parse("2001:db8::/33")->contains(address("2001:db8:8000::1")));
}

}  // namespace
}  // namespace sallyport::test
