// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/request_gate.hpp"

#include <gtest/gtest.h>

#include "agent/terminator/refusals.hpp"

namespace sallyport::test {
namespace {

class RequestGateTest : public ::testing::Test {
 protected:
  RequestGateTest() {
    index.add({.digest = digest_of("key-ann"), .id = {}}, index.owner_of("acme", "ann"));
  }

  CheckCode judge(const std::string& fields) {
    const std::string text = "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
    RequestHead head;
    EXPECT_EQ(parse_request_head(text, HeadLimits{}, head).result, ParseStatus::kDone);
    return RequestGate(service).judge(head, index, 1000).code;
  }

  ServiceConfig service;
  KeyIndex index;
};

TEST_F(RequestGateTest, ReadsTheKeyFromTheHeadersOfTheService) {
  EXPECT_EQ(judge("X-Api-Key: key-ann\r\n"), CheckCode::kAllowed);
  EXPECT_EQ(judge("Authorization: Bearer key-ann\r\n"), CheckCode::kAllowed);
  EXPECT_EQ(judge("Authorization: Basic key-ann\r\n"), CheckCode::kMissingKey);
  EXPECT_EQ(judge("X-Key: key-ann\r\n"), CheckCode::kMissingKey);
  service.key_headers = {"x-key"};
  EXPECT_EQ(judge("X-Key: key-ann\r\n"), CheckCode::kAllowed);
  EXPECT_EQ(judge("X-Api-Key: key-ann\r\n"), CheckCode::kMissingKey);
}

TEST_F(RequestGateTest, HoldsTheKeyAgainstEveryClaim) {
  const std::string key = "X-Api-Key: key-ann\r\n";
  EXPECT_EQ(judge(key + "X-User-Id: ann\r\n"), CheckCode::kAllowed);
  EXPECT_EQ(judge(key + "X-User-Id: bob\r\n"), CheckCode::kUserMismatch);
  EXPECT_EQ(judge(key + "x-user-id: bob\r\n"), CheckCode::kUserMismatch);
  EXPECT_EQ(judge(key + "X-User-Id: ann\r\nX-User-Id: bob\r\n"), CheckCode::kUserMismatch);
  EXPECT_EQ(judge(key + "X_User_Id: bob\r\n"), CheckCode::kUserMismatch);
  EXPECT_EQ(judge(key + "X-User-Ids: bob\r\n"), CheckCode::kAllowed);
}

TEST_F(RequestGateTest, ReadsNoClaimWhereNoneIsConfigured) {
  service.claimed_user_header.clear();
  EXPECT_EQ(judge("X-Api-Key: key-ann\r\nX-User-Id: bob\r\n"), CheckCode::kAllowed);
}

TEST_F(RequestGateTest, SaysNothingOfTheClaimWhenTheKeyIsUnknown) {
  EXPECT_EQ(judge("X-Api-Key: other\r\nX-User-Id: bob\r\n"), CheckCode::kUnknownKey);
}

TEST(Refusals, AreTheSameBytesForAllCodesOfUniformDisclosure) {
  const Refusals refusals;
  for (const AnswerForm form : {AnswerForm{true, true}, AnswerForm{false, true},
                                AnswerForm{true, false}, AnswerForm{false, false}}) {
    const std::string_view uniform = refusals.of(CheckCode::kUnknownKey, form);
    EXPECT_EQ(uniform.find("Connection: close") == std::string_view::npos, form.keep_alive);
    EXPECT_EQ(uniform.ends_with("}\n"), form.with_body);
    for (std::size_t i = 1; i < static_cast<std::size_t>(CheckCode::kCount); ++i) {
      const auto code = static_cast<CheckCode>(i);
      EXPECT_EQ(refusals.of(code, form) == uniform, info(code).disclosure == Disclosure::kUniform)
          << info(code).code;
    }
  }
}

TEST(Refusals, RoundTheTimeToComeBackUp) {
  std::string answer;
  write_over_limit(1, {}, answer);
  EXPECT_NE(answer.find("Retry-After: 1\r\n"), std::string::npos);
  answer.clear();
  write_over_limit(2 * kSecondNs + 1, {}, answer);
  EXPECT_NE(answer.find("Retry-After: 3\r\n"), std::string::npos);
}

}  // namespace
}  // namespace sallyport::test
