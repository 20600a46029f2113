// SPDX-License-Identifier: Apache-2.0
#include "control/cli/pcapng.hpp"

#include <string>

#include <gtest/gtest.h>

namespace sallyport::test {
namespace {

using namespace std::string_literals;

TEST(PcapngTest, SectionHeaderIsAsTheFormatHasIt) {
  EXPECT_EQ(pcapng_section("abc"),
            "\x0a\x0d\x0d\x0a\x28\0\0\0"
            "\x4d\x3c\x2b\x1a\x01\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"
            "\x04\0\x03\0abc\0"
            "\0\0\0\0\x28\0\0\0"s);
}

TEST(PcapngTest, InterfaceHasItsNameNanosecondsAndTheMostCaptured) {
  EXPECT_EQ(pcapng_interface("eth0", 128),
            "\x01\0\0\0\x28\0\0\0"
            "\x01\0\0\0\x80\0\0\0"
            "\x02\0\x04\0eth0"
            "\x09\0\x01\0\x09\0\0\0"
            "\0\0\0\0\x28\0\0\0"s);
}

TEST(PcapngTest, PacketKeepsItsTimeLengthsAndComment) {
  EXPECT_EQ(pcapng_packet({.interface = 1,
                           .time_ns = 0x0102030405060708,
                           .bytes = "abcde",
                           .length = 1514,
                           .comment = "why"}),
            "\x06\0\0\0\x3c\0\0\0"
            "\x01\0\0\0\x04\x03\x02\x01\x08\x07\x06\x05"
            "\x05\0\0\0\xea\x05\0\0"
            "abcde\0\0\0"
            "\x01\0\x03\0why\0"
            "\x02\0\x04\0\x01\0\0\0"
            "\0\0\0\0\x3c\0\0\0"s);
}

TEST(PcapngTest, EveryBlockIsWholeWords) {
  for (std::size_t size = 0; size < 9; ++size) {
    const std::string text(size, 'x');
    EXPECT_EQ(pcapng_section(text).size() % 4, 0U);
    EXPECT_EQ(pcapng_interface(text, 128).size() % 4, 0U);
    EXPECT_EQ(pcapng_packet({.bytes = text, .length = 60, .comment = text}).size() % 4, 0U);
  }
}

}  // namespace
}  // namespace sallyport::test
