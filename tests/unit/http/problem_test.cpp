// SPDX-License-Identifier: Apache-2.0
#include "agent/http/problem.hpp"

#include <gtest/gtest.h>

#include "agent/http/response_head.hpp"

namespace sallyport::test {
namespace {

std::string written(const Problem& problem, bool keep_alive = true, bool with_body = true) {
  std::string out;
  write_problem(problem, keep_alive, with_body, out);
  return out;
}

std::string body_of(const std::string& response) {
  ResponseHead head;
  const ParseResult result = parse_response_head(response, HeadLimits{}, "GET", head);
  EXPECT_EQ(result.result, ParseStatus::kDone) << result.why << "\n" << response;
  EXPECT_EQ(head.framing, Framing::kLength);
  EXPECT_EQ(head.content_length, response.size() - result.consumed);
  return response.substr(result.consumed);
}

TEST(ProblemTest, AProblemIsAWholeResponse) {
  EXPECT_EQ(written({403, "user-mismatch", "the key is another user's"}),
            "HTTP/1.1 403 Forbidden\r\n"
            "Content-Type: application/problem+json\r\n"
            "Cache-Control: no-store\r\n"
            "Content-Length: 116\r\n"
            "\r\n"
            R"({"type":"about:blank","title":"Forbidden","status":403,"code":"user-mismatch",)"
            R"("detail":"the key is another user's"})"
            "\n");
}

TEST(ProblemTest, WithoutDetailThereIsNoSuchMember) {
  EXPECT_EQ(body_of(written({502, "upstream-failed", ""})),
            R"({"type":"about:blank","title":"Bad Gateway","status":502,"code":"upstream-failed"})"
            "\n");
}

TEST(ProblemTest, AnythingInADetailIsEscaped) {
  EXPECT_NE(body_of(written({400, "x", "a\"b\\c\r\n\x01\x7f"}))
                .find(R"("detail":"a\"b\\c\u000d\u000a\u0001\u007f")"),
            std::string::npos);
}

TEST(ProblemTest, WhatIsNotUtf8IsReplaced) {
  const auto detail = [](std::string_view text) {
    const std::string body = body_of(written({400, "x", text}));
    const std::size_t start = body.find(R"("detail":")") + 10;
    return body.substr(start, body.size() - start - 3);
  };
  EXPECT_EQ(detail("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x9a\xaa"),
            "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x9a\xaa");
  EXPECT_EQ(detail("\xff"), "\\ufffd");
  EXPECT_EQ(detail("\xc3"), "\\ufffd");
  EXPECT_EQ(detail("\xc0\xaf"), "\\ufffd\\ufffd");
  EXPECT_EQ(detail("\xe0\x9f\xbf"), "\\ufffd\\ufffd\\ufffd");
  EXPECT_EQ(detail("\xed\xa0\x80"), "\\ufffd\\ufffd\\ufffd");
  EXPECT_EQ(detail("\xf0\x8f\xbf\xbf"), "\\ufffd\\ufffd\\ufffd\\ufffd");
  EXPECT_EQ(detail("\xf4\x90\x80\x80"), "\\ufffd\\ufffd\\ufffd\\ufffd");
  EXPECT_EQ(detail("\xe2\x82"), "\\ufffd\\ufffd");
}

TEST(ProblemTest, A401NamesTheSchemeAndBlamesOnlyAKeyThatWasSent) {
  EXPECT_NE(written({401, "missing-key", ""}).find("\r\nWWW-Authenticate: Bearer\r\n"),
            std::string::npos);
  EXPECT_NE(written({401, "invalid-key", ""})
                .find("\r\nWWW-Authenticate: Bearer error=\"invalid_token\"\r\n"),
            std::string::npos);
  EXPECT_EQ(written({403, "user-mismatch", ""}).find("WWW-Authenticate"), std::string::npos);
}

TEST(ProblemTest, RetryAfterAndCloseStandOnlyWhereTheyAreMeant) {
  const std::string limited = written({429, "over-limit", "", 18446744073709551615U}, false);
  EXPECT_NE(limited.find("\r\nRetry-After: 18446744073709551615\r\n"), std::string::npos);
  EXPECT_NE(limited.find("\r\nConnection: close\r\n"), std::string::npos);
  const std::string plain = written({429, "over-limit", ""});
  EXPECT_EQ(plain.find("Retry-After"), std::string::npos);
  EXPECT_EQ(plain.find("Connection"), std::string::npos);
}

TEST(ProblemTest, WithoutBodyTheHeadIsTheSame) {
  const Problem problem{404, "no-route", "nothing is served here"};
  const std::string whole = written(problem);
  const std::string head = written(problem, true, false);
  EXPECT_EQ(head, whole.substr(0, whole.size() - body_of(whole).size()));
}

TEST(ProblemTest, ItIsAppendedAndTheSameEachTime) {
  const Problem problem{401, "invalid-key", "the key is not valid"};
  std::string out = "before";
  write_problem(problem, true, true, out);
  write_problem(problem, true, true, out);
  EXPECT_EQ(out, "before" + written(problem) + written(problem));
}

TEST(ProblemTest, AStatusWithoutAPhraseStillMakesAValidHead) {
  EXPECT_NE(body_of(written({418, "x", ""})).find(R"("title":"Error")"), std::string::npos);
}

}  // namespace
}  // namespace sallyport::test
