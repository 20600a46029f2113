// SPDX-License-Identifier: Apache-2.0
#include "control/cli/output.hpp"

#include <sstream>

#include <gtest/gtest.h>
#include <boost/json/serialize.hpp>

namespace sallyport::test {
namespace {

control::v1::Receipt receipt_of_a_revocation() {
  control::v1::Receipt receipt;
  receipt.set_revision(7);
  receipt.set_store_us(1500);
  receipt.set_kernel_us(12);
  receipt.set_terminator_us(250);
  receipt.set_kernel_done(true);
  receipt.set_terminator_done(true);
  receipt.set_keys(1);
  receipt.set_connections(2);
  return receipt;
}

TEST(OutputTest, JsonHasEveryFieldUnderTheApisName) {
  control::v1::Key key;
  key.set_id("Xy12AbCd");
  key.set_state(control::v1::KEY_STATE_REVOKED);
  EXPECT_EQ(boost::json::serialize(to_json(key)),
            R"({"id":"Xy12AbCd","digest":"","tenant":"","user":"","env":"","state":"revoked",)"
            R"("reason":"","created_at":0,"not_before":0,"expires_at":0,"limit_per_second":0,)"
            R"("burst":0,"note":"","packets_per_second":0,"packet_burst":0,"bytes_per_second":0,)"
            R"("byte_burst":0,"egress_per_second":0,"predecessor":"","successor":"",)"
            R"("last_used_at":0,"last_source":"","recent_minutes":0})");
}

TEST(OutputTest, JsonNestsMessagesAndLists) {
  control::v1::Counters counters;
  counters.add_checks()->set_name("allowed");
  EXPECT_EQ(boost::json::serialize(to_json(counters)),
            R"({"packets":[],"checks":[{"name":"allowed","text":"","value":0}],"agent":[]})");
}

TEST(OutputTest, TableAlignsTextLeftAndNumbersRight) {
  std::ostringstream out;
  Output(out, Format::kTable).table({{"NAME", "COUNT"}, {{"a", "7"}, {"longer", "12345"}}});
  EXPECT_EQ(out.str(),
            "NAME    COUNT\n"
            "a           7\n"
            "longer  12345\n");
}

TEST(OutputTest, ReceiptSaysWhatAcknowledgedAndHowLongItTook) {
  std::ostringstream out;
  Output(out, Format::kTable).receipt("revoked key X", receipt_of_a_revocation());
  EXPECT_EQ(out.str(),
            "revoked key X\n"
            "  revision     7\n"
            "  store        1.500 ms\n"
            "  kernel       0.012 ms\n"
            "  terminator   0.250 ms, 2 connections cut\n");
}

TEST(OutputTest, ReceiptAdmitsThatTheKernelHasNoPart) {
  auto receipt = receipt_of_a_revocation();
  receipt.set_kernel_done(false);
  std::ostringstream out;
  Output(out, Format::kTable).receipt("revoked key X", receipt);
  EXPECT_NE(out.str().find("the inner door holds it alone"), std::string::npos);
}

TEST(OutputTest, ReceiptAdmitsThatTheTerminatorHasNotAcknowledged) {
  auto receipt = receipt_of_a_revocation();
  receipt.set_terminator_done(false);
  std::ostringstream out;
  Output(out, Format::kTable).receipt("revoked key X", receipt);
  EXPECT_NE(out.str().find("terminator   has not acknowledged"), std::string::npos);
}

TEST(OutputTest, TimesAreUtcAndZeroIsNever) {
  EXPECT_EQ(show_time(0), "never");
  EXPECT_EQ(show_time(1'800'000'000), "2027-01-15 08:00:00Z");
}

}  // namespace
}  // namespace sallyport::test
