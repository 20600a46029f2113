// SPDX-License-Identifier: Apache-2.0
#include "agent/base/key_format.hpp"

#include <array>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace sallyport::test {
namespace {

TEST(KeyFormatTest, NewKeyHasOurForm) {
  for (const char* env : {"a", "live", "test1234"}) {
    const auto key = make_key(env).value();
    EXPECT_EQ(key.raw.size(), 4 + std::string(env).size() + 1 + 8 + 1 + 27 + 1 + 6);
    EXPECT_LE(key.raw.size(), 56U);
    EXPECT_EQ(key.raw.rfind("spk_" + std::string(env) + "_" + std::string(to_view(key.id)), 0), 0U);
    EXPECT_EQ(form_of(key.raw), KeyForm::kOurs);
  }
}

TEST(KeyFormatTest, ChecksumIsTheCrcOfEverythingBeforeIt) {
  // Its CRC-32 is 0x9088c29d by Python's zlib, and that in base 62:
  const std::string body = "spk_live_AAAAAAAA_" + std::string(27, 'B');
  EXPECT_EQ(form_of(body + "_2e6YX7"), KeyForm::kOurs);
}

TEST(KeyFormatTest, EnvironmentIsChecked) {
  for (const char* env : {"", "Live", "a_b", "ninechars", "\n", "\xc3\xa4"}) {
    const auto key = make_key(env);
    ASSERT_FALSE(key) << env;
    EXPECT_EQ(key.error().code, Errc::kInvalid);
  }
}

TEST(KeyFormatTest, EveryCharacterThatIsChangedIsCaught) {
  const auto key = make_key("live").value();
  for (std::size_t i = 0; i < key.raw.size(); ++i) {
    for (int c = 0; c < 256; ++c) {
      std::string damaged = key.raw;
      if (damaged[i] == static_cast<char>(c)) continue;
      damaged[i] = static_cast<char>(c);
      ASSERT_NE(form_of(damaged), KeyForm::kOurs) << i << ' ' << c;
    }
  }
}

TEST(KeyFormatTest, EveryCutAndEverySwapOfNeighboursIsCaught) {
  const auto key = make_key("live").value();
  for (std::size_t i = 0; i < key.raw.size(); ++i) {
    EXPECT_NE(form_of(key.raw.substr(0, i)), KeyForm::kOurs);
    EXPECT_NE(form_of(key.raw.substr(0, i) + key.raw.substr(i + 1)), KeyForm::kOurs);
    EXPECT_NE(form_of(key.raw + key.raw[i]), KeyForm::kOurs);
    std::string swapped = key.raw;
    if (i == 0 || swapped[i - 1] == swapped[i]) continue;
    std::swap(swapped[i - 1], swapped[i]);
    EXPECT_NE(form_of(swapped), KeyForm::kOurs) << i;
  }
}

TEST(KeyFormatTest, OtherPrefixesAreForeignAndTooLongIsMalformed) {
  EXPECT_EQ(form_of("sk-abcdef"), KeyForm::kForeign);
  EXPECT_EQ(form_of("spk"), KeyForm::kForeign);
  EXPECT_EQ(form_of("SPK_live"), KeyForm::kForeign);
  EXPECT_EQ(form_of(std::string(kMaxRawKey, 'x')), KeyForm::kForeign);
  EXPECT_EQ(form_of(std::string(kMaxRawKey + 1, 'x')), KeyForm::kMalformed);
  EXPECT_EQ(form_of(std::string(1U << 20, 'x')), KeyForm::kMalformed);
  EXPECT_EQ(form_of("spk_"), KeyForm::kMalformed);
  EXPECT_EQ(form_of("spk_____"), KeyForm::kMalformed);
}

TEST(KeyFormatTest, RandomTextIsNeverOurs) {
  std::mt19937 random(5);
  const std::string_view alphabet = "spk_liveAZ09az\n \xff";
  for (int round = 0; round < 20000; ++round) {
    std::string text = round % 2 == 0 ? "spk_" : "";
    const auto size = random() % 70;
    for (unsigned i = 0; i < size; ++i) text += alphabet[random() % alphabet.size()];
    ASSERT_NE(form_of(text), KeyForm::kOurs) << text;
  }
}

TEST(KeyFormatTest, CharactersOfIdsAreDrawnEvenly) {
  std::map<char, int> counts;
  constexpr int kIds = 50000;
  for (int i = 0; i < kIds; ++i) {
    for (const char c : make_key_id()) ++counts[c];
  }
  ASSERT_EQ(counts.size(), 62U);
  const double expected = kIds * 8.0 / 62;
  double chi_squared = 0;
  for (const auto& [c, count] : counts) {
    chi_squared += (count - expected) * (count - expected) / expected;
  }
  // 61 degrees of freedom: above 140 once in 10^7 runs. Bytes taken modulo 62 would give
  // several thousand.
  EXPECT_LT(chi_squared, 140);
}

TEST(KeyFormatTest, KeysDiffer) {
  std::set<std::string> raws;
  for (int i = 0; i < 1000; ++i) raws.insert(make_key("live")->raw);
  EXPECT_EQ(raws.size(), 1000U);
}

TEST(KeyFormatTest, WipedSecretIsGoneFromItsMemory) {
  std::string secret = make_key("live")->raw;
  const char* memory = secret.data();
  const auto size = secret.size();
  wipe(secret);

  EXPECT_TRUE(secret.empty());
  EXPECT_EQ(secret.data(), memory);
  EXPECT_EQ(std::string(memory, size), std::string(size, '\0'));
}

}  // namespace
}  // namespace sallyport::test
