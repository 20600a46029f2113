// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include "tests/unit/service/control_api.hpp"

namespace sallyport::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class LogServiceTest : public ControlApiTest {};

TEST_F(LogServiceTest, KeysComePageByPageUntilThereAreEnough) {
  operations_.keys_there = 3;
  operations_.keys_in_page = 2;
  serve();
  EXPECT_EQ(call("key list -q").out, "Xy12AbCd\nXy12AbCd\nXy12AbCd\n");
  EXPECT_EQ(operations_.last_call(), "keys   any after 0:at:2");
  EXPECT_THAT(call("key list --limit 2").out, HasSubstr("more: the same with --after Xy12AbCd\n"));
  EXPECT_EQ(operations_.last_call(), "keys   any");
  EXPECT_THAT(call("key list --limit 5").out, Not(HasSubstr("more:")));
  EXPECT_EQ(call("key list --limit 2 -q").out, "Xy12AbCd\nXy12AbCd\n");
}

TEST_F(LogServiceTest, ListDoesNotGoOnWhereItCannot) {
  serve();
  EXPECT_EQ(call("key list --after 5:Xy12AbCd").status, 2);
  EXPECT_EQ(call("key list --expiring-before 1d --after Xy12AbCd").status, 2);
  EXPECT_EQ(call("key list --expiring-before 1d --after soon:Xy12AbCd").status, 2);
  EXPECT_THAT(operations_.calls(), testing::IsEmpty());
}

TEST_F(LogServiceTest, ChangesArePrintedFromARevisionOn) {
  serve();
  EXPECT_EQ(call("changes --from 3").out,
            "3  2027-01-15 08:00:00Z  uid 0  revoke key Xy12AbCd  (leaked)\n");
  const auto all = call("changes -o json").out;
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 3);
  EXPECT_THAT(all, HasSubstr(R"({"revision":1,"sequence":0,"at":1800000000,"actor":"uid 0",)"
                             R"("kind":"key","subject":"Xy12AbCd","verb":"revoke",)"
                             R"("reason":"leaked"})"));
}

TEST_F(LogServiceTest, FollowersEndWithTheAgent) {
  serve();
  operations_.stopping = true;
  EXPECT_EQ(call("changes --from 4 --follow").status, 0);
}

TEST_F(LogServiceTest, RevisionIsWaitedForAsLongAsItMayBe) {
  serve();
  EXPECT_EQ(call("wait --revision 3").status, 0);
  const auto ran = call("--timeout 1s wait --revision 4");
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.out, HasSubstr("revision 4 has not come within 1 s"));
}

TEST_F(LogServiceTest, AuditLogIsListedDoneAndRefused) {
  serve();
  EXPECT_EQ(call("audit log -q").out, "1\n2\n");
  EXPECT_EQ(call("audit log -q --refused").out, "2\n");
  EXPECT_EQ(call("audit log -q --limit 1").out, "1\n");
  EXPECT_THAT(call("audit log").out, HasSubstr("revoke  key Xy12AbCd"));
}

TEST_F(LogServiceTest, VerificationSaysWhatIsWrongAndItsStatusToo) {
  serve();
  const auto whole = call("audit verify");
  EXPECT_EQ(whole.status, 0);
  EXPECT_THAT(whole.out, HasSubstr("whole: 2 records\nhead  2:000000"));
  operations_.fault = "record 2 was changed";
  const auto broken = call("audit verify");
  EXPECT_EQ(broken.status, 1);
  EXPECT_THAT(broken.out, HasSubstr("record 2 was changed\ngood until record 2\n"));
  EXPECT_EQ(call("audit verify --expect nonsense").status, 2);
  EXPECT_EQ(call("audit verify -o json --expect 2:" + std::string(64, '0')).status, 1);
  EXPECT_EQ(operations_.last_call(), "verify_audit 2");
}

TEST_F(LogServiceTest, KeysInFilesAreFoundWithoutTheAgentAndNeverShown) {
  const std::string raw = make_key("live").value().raw;
  const auto file = directory_ + "/leak";
  std::ofstream(file) << "a\nexport KEY=" << raw << "\n";
  const auto ran = call("key scan /dev/null " + file + " - </dev/null");
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.out, file + ":2: key " + raw.substr(9, 8) + " (live)\n");
  EXPECT_EQ(call("key scan <" + file).status, 1);
  EXPECT_EQ(call("key scan /dev/null").status, 0);
  EXPECT_EQ(call("key scan /nowhere " + file).status, 2);
  EXPECT_THAT(call("key scan -o json " + file).out, HasSubstr(R"("line":2,"id":")"));
}

TEST_F(LogServiceTest, LeakedKeysAreSentAsDigestsAlone) {
  serve();
  const std::string raw = make_key("live").value().raw;
  const auto file = directory_ + "/leak";
  std::ofstream(file) << raw << " and again " << raw << "\nforeign-key\n";
  const auto ran = call("key report-leak " + file + " --reason gist");
  EXPECT_EQ(ran.status, 0);
  EXPECT_THAT(ran.out, HasSubstr("revoked key Xy12AbCd\n1 revoked, 0 not known here"));
  EXPECT_THAT(ran.out, Not(HasSubstr(raw.substr(18, 20))));
  EXPECT_EQ(operations_.last_call(), "report_leak 1 gist");
  EXPECT_EQ(call("key report-leak --lines <" + file).status, 0);
  EXPECT_EQ(operations_.last_call(), "report_leak 2 leaked");
  EXPECT_EQ(call("key report-leak </dev/null").status, 1);
}

}  // namespace
}  // namespace sallyport::test
