// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/service/control_api.hpp"

namespace sallyport::test {
namespace {

using testing::HasSubstr;

using TopTest = ControlApiTest;

TEST_F(TopTest, OneLookIsPrintedAsItWouldBeDrawn) {
  serve();
  const auto ran = call("top --once");
  EXPECT_EQ(ran.status, 0);
  EXPECT_THAT(ran.out, HasSubstr("sallyport top: 18 requests/s, 3 connections open\n"));
  EXPECT_THAT(ran.out, HasSubstr("Xy12AbCd acme/alice"));
  EXPECT_THAT(ran.out, HasSubstr("192.0.2.7"));
}

TEST_F(TopTest, JsonHasEveryField) {
  serve();
  EXPECT_THAT(call("top --once --interval 1s -o json").out,
              HasSubstr(R"({"window_us":1000000,"connections_open":3,"keys":[{"id":"Xy12AbCd",)"
                        R"("tenant":"acme","user":"alice","requests":40,"refused":4,)"
                        R"("uncertain":0},)"));
}

TEST_F(TopTest, WithoutATerminalThereIsNothingToDrawOn) {
  serve();
  const auto ran = call("top </dev/null");
  EXPECT_EQ(ran.status, 2);
  EXPECT_THAT(ran.out, HasSubstr("no terminal that could be drawn on\n  --once shows one look"));
}

TEST_F(TopTest, LooksAreBounded) {
  serve();
  EXPECT_THAT(call("top --once --interval 11s").out, HasSubstr("a look lasts 1s to 10s"));
  for (const auto& [window_ms, most] :
       {std::pair(99U, 1U), {10001U, 1U}, {100U, 0U}, {100U, 101U}}) {
    control::v1::GetTopRequest request;
    request.set_window_ms(window_ms);
    request.set_most(most);
    const auto refused = client().call(&ControlClient::Stub::GetTop, request);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::kInvalid);
  }
}

}  // namespace
}  // namespace sallyport::test
