// SPDX-License-Identifier: Apache-2.0
#include "agent/service/explanation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/service/control_api.hpp"

namespace sallyport::test {
namespace {

using testing::HasSubstr;
using testing::Not;

using ExplainTest = ControlApiTest;

TEST_F(ExplainTest, BothDoorsAndTheEvidenceArePrintedAndTheStatusSaysRefused) {
  serve();
  const auto ran = call("explain 192.0.2.7 --service api");
  EXPECT_EQ(operations_.last_call(), "explain 192.0.2.7 api");
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.out,
            "address 192.0.2.7\n"
            "outer door      would refuse it: DROP_SOURCE_BANNED, source banned by an operator\n"
            "inner door      would refuse it: banned, closed at accept\n"
            "  ban           by an operator\n");
}

TEST_F(ExplainTest, OneDoorThatRefusesIsEnough) {
  serve();
  EXPECT_EQ(call("explain 192.0.2.7").status, 1);
  operations_.explanation.outer.passes = true;
  EXPECT_EQ(call("explain 192.0.2.7").status, 1);
  operations_.explanation.inner.passes = true;
  EXPECT_EQ(call("explain 192.0.2.7").status, 0);
  operations_.fail_next(failure(Errc::kInvalid, "that is none", "write one"));
  EXPECT_EQ(call("explain nothing").status, 2);
}

TEST_F(ExplainTest, JsonHasEveryField) {
  serve();
  EXPECT_EQ(call("explain 192.0.2.7 -o json").out,
            R"({"subject":"192.0.2.7","kind":"address","passes":false,)"
            R"("outer":{"passes":false,"code":"DROP_SOURCE_BANNED",)"
            R"("text":"source banned by an operator"},)"
            R"("inner":{"passes":false,"code":"banned","text":"closed at accept"},)"
            R"("facts":[{"name":"ban","value":"by an operator"}]})"
            "\n");
}

TEST_F(ExplainTest, RawKeyIsRefusedAndNotRepeatedByProgramAndAgent) {
  serve();
  const auto ran = call("explain " + std::string(kRawKey));
  EXPECT_EQ(ran.status, 2);
  EXPECT_THAT(ran.out, HasSubstr("a whole key is on the command line"));
  EXPECT_THAT(ran.out, Not(HasSubstr("spk_")));

  control::v1::ExplainRequest request;
  request.set_subject(std::string(kRawKey));
  const auto asked = client().call(&ControlClient::Stub::Explain, request);
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().code, Errc::kInvalid);
  EXPECT_THAT(to_string(asked.error()), Not(HasSubstr("spk_")));
  EXPECT_THAT(operations_.calls(), testing::IsEmpty());
}

}  // namespace
}  // namespace sallyport::test
