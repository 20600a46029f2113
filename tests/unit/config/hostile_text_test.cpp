// SPDX-License-Identifier: Apache-2.0
#include <random>

#include <gtest/gtest.h>

#include "agent/config/config.hpp"
#include "tests/unit/config/config_text.hpp"

namespace sallyport::test {
namespace {

/// The only error of a text that must not get as far as its fields.
ConfigError only_error(const std::string& text) {
  const auto parsed = parse_config(text);
  EXPECT_EQ(parsed.errors.size(), 1U) << shown(parsed);
  return parsed.errors.empty() ? ConfigError{} : parsed.errors.front();
}

void expect_error(const std::string& text, int line, const char* says) {
  const auto error = only_error(text);
  EXPECT_EQ(error.line, line) << error.message;
  EXPECT_NE(error.message.find(says), std::string::npos) << error.message;
}

TEST(HostileTextTest, NoYamlIsRefusedAtItsLine) {
  expect_error("store: a\nworkers: [\n", 3, "not valid YAML");
  expect_error("a: b\n\tc: d\n", 2, "not valid YAML");
}

// The library's message ends with the character after the backslash: here the end of the line.
TEST(HostileTextTest, MessageIsOneLineWhateverItQuotes) {
  for (const char* text : {"store: \"a\\\rb\"\n", "store: \"a\\\u0001\"\n", "{ a\\"}) {
    const auto error = only_error(text);
    EXPECT_EQ(error.message.find_first_of("\n\r\t"), std::string::npos) << error.message;
  }
}

TEST(HostileTextTest, BytesThatAreNoTextAreRefused) {
  expect_error(std::string("store: a\nb: \0\n", 14), 2, "control character");
}

TEST(HostileTextTest, AliasesAreRefusedBeforeTheyCanGrow) {
  expect_error("a: &a [x, x]\nb: &b [*a, *a]\n", 1, "anchors and aliases");
}

TEST(HostileTextTest, DepthIsBounded) {
  expect_error("a: " + std::string(16, '[') + std::string(16, ']'), 1, "nested more than 16");
  expect_error(std::string(100000, '['), 1, "nested more than 16");
  expect_error(std::string(100000, '{'), 1, "nested more than 16");
}

TEST(HostileTextTest, NumberOfValuesIsBounded) {
  std::string text = "a: [";
  for (int i = 0; i < 20001; ++i) text += "x,";
  expect_error(text + "]", 1, "more than 20000");
}

TEST(HostileTextTest, SizeIsBounded) {
  expect_error(std::string((1U << 20) + 1, 'x'), 0, "larger than 1 MiB");
}

TEST(HostileTextTest, SecondDocumentIsRefused) {
  expect_error(minimal_with("---\nstore: b\n"), 8, "a second document");
}

TEST(HostileTextTest, EmptyFileLacksWhatIsRequired) {
  for (const char* text : {"", "\n", "# nothing\n", "{}", "---\n"}) {
    const auto parsed = parse_config(text);
    ASSERT_EQ(parsed.errors.size(), 2U) << text;
    EXPECT_EQ(parsed.errors[0].message, "missing field 'store'");
    EXPECT_EQ(parsed.errors[1].message, "missing field 'services'");
  }
}

TEST(HostileTextTest, CutOffAtEveryByteIsNeverATakenHalf) {
  for (std::size_t size = 0; size < kMinimal.find("key_headers"); ++size) {
    const auto parsed = parse_config(kMinimal.substr(0, size));
    if (parsed.errors.empty()) {
      EXPECT_EQ(parsed.config.services.size(), 1U) << size;
      EXPECT_GE(size, kMinimal.find("127.0.0.1:9") + 11) << size;
    }
  }
}

TEST(HostileTextTest, RandomBytesAndRandomDamageNeitherCrashNorHang) {
  std::mt19937 random(7);
  const std::string_view alphabet = "abc:-[]{}&*!|>'\"%@`#,? \n\t~\\.0123456789\xff\xc3";
  for (int round = 0; round < 3000; ++round) {
    std::string text(kMinimal);
    const auto damages = 1 + random() % 8;
    for (unsigned i = 0; i < damages; ++i) {
      text[random() % text.size()] = alphabet[random() % alphabet.size()];
    }
    for (const auto& error : parse_config(text).errors) EXPECT_FALSE(error.message.empty());
    std::string noise(random() % 200, ' ');
    for (char& c : noise) c = alphabet[random() % alphabet.size()];
    for (const auto& error : parse_config(noise).errors) EXPECT_FALSE(error.message.empty());
  }
}

}  // namespace
}  // namespace sallyport::test
