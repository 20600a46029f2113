// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cerrno>

#include "agent/doctor/doctor.hpp"
#include "agent/doctor/judge.hpp"

namespace sallyport::test {
namespace {

constexpr UnixSeconds kNow = 1'764'000'000;
constexpr UnixSeconds kDay = 86400;

std::string words(const Findings& findings) {
  std::string text;
  for (const auto& one : findings) {
    EXPECT_FALSE(one.remedy.empty()) << one.message;
    text += (text.empty() ? "" : ", ") + std::string(word_of(one.severity)) + " " +
            std::string(one.check);
  }
  return text;
}

FileFacts file(const char* path, mode_t mode, int error = 0) {
  FileFacts facts;
  facts.path = path;
  facts.mode = mode;
  facts.error = error;
  return facts;
}

class JudgeCertificate : public testing::Test {
 protected:
  JudgeCertificate() {
    facts.service = "api";
    facts.certificate_file = "/c.pem";
    facts.is_keys = true;
    facts.not_before = kNow - kDay;
    facts.not_after = kNow + 30 * kDay;
    facts.private_key = file("/k.pem", 0640);
  }
  std::string found() const {
    Findings findings;
    judge_certificate(facts, kNow, findings);
    return words(findings);
  }
  CertificateFacts facts;
};

TEST_F(JudgeCertificate, EndsByTheSecond) {
  EXPECT_EQ(found(), "");
  facts.not_after = kNow + 14 * kDay;
  EXPECT_EQ(found(), "");
  --facts.not_after;
  EXPECT_EQ(found(), "warning certificate");
  facts.not_after = kNow + 1;
  EXPECT_EQ(found(), "warning certificate");
  facts.not_after = kNow;
  EXPECT_EQ(found(), "error certificate");
}

TEST_F(JudgeCertificate, IsNotGoodBeforeItsTime) {
  facts.not_before = kNow + 1;
  EXPECT_EQ(found(), "error certificate");
}

TEST_F(JudgeCertificate, NeedsItsOwnKeyThatFewMayRead) {
  facts.is_keys = false;
  facts.private_key.mode = 0644;
  EXPECT_EQ(found(), "error private-key, error private-key");
}

TEST_F(JudgeCertificate, OfOneThatCannotBeUsedNothingElseIsSaid) {
  facts.trouble = "cannot read it";
  facts.is_keys = false;
  facts.not_after = 0;
  EXPECT_EQ(found(), "error certificate");
}

std::string store_found(const FileFacts& store, const FileFacts& directory) {
  Findings findings;
  judge_store(store, directory, findings);
  return words(findings);
}

TEST(JudgeFiles, TheStoreIsShutByItsModeOrByItsDirectory) {
  EXPECT_EQ(store_found(file("/d/s", 0600), file("/d", 0755)), "");
  EXPECT_EQ(store_found(file("/d/s", 0644), file("/d", 0700)), "");
  EXPECT_EQ(store_found(file("/d/s", 0640), file("/d", 0755)), "warning store");
  EXPECT_EQ(store_found(file("/d/s", 0, ENOENT), file("/d", 0755)), "") << "not made yet";
  EXPECT_EQ(store_found(file("/d/s", 0, ENOENT), file("/d", 0, ENOENT)), "error store");
  EXPECT_EQ(store_found(file("/d/s", 0, EACCES), file("/d", 0700)), "unknown store");
}

TEST(JudgeFiles, ControlAndConfigurationAreNotForEverybody) {
  Findings findings;
  judge_control_socket(file("/s", 0660), findings);
  judge_control_socket(file("/s", 0, ENOENT), findings);
  judge_config_file(file("/c", 0644), findings);
  EXPECT_TRUE(findings.empty());
  judge_control_socket(file("/s", 0666), findings);
  judge_config_file(file("/c", 0664), findings);
  EXPECT_EQ(words(findings), "error control-socket, warning configuration");
}

TEST(JudgeUpstream, SaysWhyItCannotBeReached) {
  Findings findings;
  UpstreamFacts facts;
  facts.service = "api";
  facts.endpoint = "127.0.0.1:9";
  judge_upstream(facts, findings);
  EXPECT_TRUE(findings.empty());
  facts.error = ECONNREFUSED;
  judge_upstream(facts, findings);
  ASSERT_EQ(words(findings), "error upstream");
  EXPECT_NE(findings[0].message.find("127.0.0.1:9 can't be reached: Connection refused"),
            std::string::npos);
}

TEST(FindingsTest, AreJsonWhateverTheyHold) {
  EXPECT_EQ(to_json({}), "{\"findings\":[]}");
  const Findings findings = {{Severity::kError, "mtu", "a\"b", "m\n", "r"},
                             {Severity::kNote, "x", "", "", ""}};
  EXPECT_EQ(to_json(findings),
            "{\"findings\":[{\"severity\":\"error\",\"check\":\"mtu\",\"subject\":\"a\\\"b\","
            "\"message\":\"m\\u000a\",\"remedy\":\"r\"},{\"severity\":\"note\",\"check\":\"x\","
            "\"subject\":\"\",\"message\":\"\",\"remedy\":\"\"}]}");
}

}  // namespace
}  // namespace sallyport::test
