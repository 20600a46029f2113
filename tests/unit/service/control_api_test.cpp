// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include "tests/unit/service/control_api.hpp"

namespace sallyport::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kReceiptLines =
    "  revision     7\n"
    "  store        1.500 ms\n"
    "  kernel       0.012 ms\n"
    "  terminator   0.250 ms, 2 connections cut\n";

constexpr const char* kReceiptJson =
    R"({"revision":7,"store_us":1500,"kernel_us":12,"terminator_us":250,"kernel_done":true,)"
    R"("terminator_done":true,"keys":1,"connections":2})";

TEST_F(ControlApiTest, EveryCommandReachesItsOperation) {
  serve();
  const std::vector<std::pair<std::string, std::string>> calls = {
      {"tenant create acme", "create_tenant acme"},
      {"tenant list", "tenants"},
      {"user create acme/alice", "create_user acme alice"},
      {"user list --tenant acme", "users acme"},
      {"tenant suspend acme --reason audit", "set_tenant_state acme 1 audit"},
      {"tenant resume acme", "set_tenant_state acme 0 "},
      {"tenant remove acme", "set_tenant_state acme 2 "},
      {"user suspend acme/alice", "set_user_state acme alice 1 "},
      {"user resume acme/alice", "set_user_state acme alice 0 "},
      {"user remove acme/alice --reason left", "set_user_state acme alice 2 left"},
      {"key create acme/alice --env test --limit 5/s --burst 3 --note 'for ci'",
       "create_key acme alice test limit 5 burst 3 note for ci"},
      {"key create acme/alice --packets 100/s --packet-burst 7 --bytes 3M/s --byte-burst 64k",
       "create_key acme alice live limit 0 burst 0 packets 100+7 bytes 3000000+64000 note "},
      {"key create acme/alice --packets 100/s --bytes 5G/s",
       "create_key acme alice live limit 0 burst 0 packets 100+100 bytes 5000000000+5000000000"
       " note "},
      {"key list --tenant acme --user alice --state revoked", "keys acme alice 2"},
      {"key list --state expired --prefix Xy", "keys   0 Xy ends"},
      {"key list --after Xy12AbCd", "keys   any after 0:Xy12AbCd"},
      {"key list --expiring-before 30d --after 1800000000:Xy12AbCd",
       "keys   any ends after 1800000000:Xy12AbCd"},
      {"key show Xy12AbCd", "key Xy12AbCd"},
      {"audit log --after 1", "audit 2"},
      {"ban add 2001:db8::7 --for 10m --reason abuse", "add_ban 2001:db8::7 abuse"},
      {"ban list", "bans"},
      {"ban remove 192.0.2.7", "remove_ban 192.0.2.7"},
      {"cidr allow 192.0.2.0/24 --note office", "put_cidr allow 192.0.2.0/24 office"},
      {"cidr deny 2001:db8::/32", "put_cidr deny 2001:db8::/32 "},
      {"cidr remove 192.0.2.0/24", "remove_cidr 192.0.2.0/24"},
      {"cidr list", "cidrs"},
      {"cidr load /dev/null", "replace_cidrs 0"},
      {"status", "status"},
      {"counters --nonzero", "counters"},
      {"mode off", "set_mode  0"},
      {"mode observe --service api", "set_mode api 1"},
      {"mode enforce", "set_mode  2"},
  };
  for (const auto& [arguments, expected] : calls) {
    const auto table = call(arguments);
    EXPECT_EQ(table.status, 0) << arguments << ": " << table.out;
    EXPECT_EQ(operations_.last_call(), expected);
    const auto json = call(arguments + " -o json");
    EXPECT_EQ(json.status, 0) << arguments << ": " << json.out;
    boost::json::error_code error;
    EXPECT_TRUE(boost::json::parse(json.out, error).is_object()) << arguments << ": " << json.out;
    EXPECT_FALSE(error) << arguments << ": " << json.out;
  }
}

TEST_F(ControlApiTest, RevocationPrintsItsReceipt) {
  serve();
  EXPECT_EQ(call("key revoke Xy12AbCd --reason leaked").out,
            std::string("revoked key Xy12AbCd (acme/alice)\n") + kReceiptLines);
  EXPECT_EQ(operations_.calls().front(), "set_key_state Xy12AbCd 2 leaked");
  EXPECT_EQ(call("key revoke Xy12AbCd -o json").out, std::string(kReceiptJson) + "\n");
}

TEST_F(ControlApiTest, KeysAreChangedAsTheCommandSays) {
  serve();
  const std::vector<std::pair<std::string, std::string>> calls = {
      {"key suspend Xy12AbCd --reason odd", "set_key_state Xy12AbCd 1 odd"},
      {"key resume Xy12AbCd", "set_key_state Xy12AbCd 0 "},
      {"key set Xy12AbCd --limit 5/s",
       "update_key Xy12AbCd expires 1 limit 5 burst 9 note as it was "},
      {"key set Xy12AbCd --limit none --expires never --no-note --reason why",
       "update_key Xy12AbCd expires 0 limit 0 burst 0 note  why"},
      {"key set Xy12AbCd --note new --bytes 3M/s --packets none",
       "update_key Xy12AbCd expires 1 limit 9 burst 9 packets 0+0 bytes 3000000+3000000 note new "},
      {"key transfer Xy12AbCd acme/bob --reason moved", "transfer_key Xy12AbCd acme bob moved"},
      {"key rotate Xy12AbCd --expires never --reason yearly", "rotate_key Xy12AbCd never yearly"},
      {"key rotate Xy12AbCd --overlap 1h -q", "rotate_key Xy12AbCd ends "},
      {"key expire Xy12AbCd --at 2033-05-18",
       "update_key Xy12AbCd expires 1999987200 limit 9 burst 9 note as it was "},
  };
  for (const auto& [arguments, expected] : calls) {
    const auto before = operations_.calls().size();
    const auto ran = call(arguments);
    EXPECT_EQ(ran.status, 0) << arguments << ": " << ran.out;
    EXPECT_EQ(operations_.calls().at(before), expected) << arguments;
  }
  EXPECT_EQ(call("key set Xy12AbCd").status, 2) << "nothing to change";
}

TEST_F(ControlApiTest, ShownKeyTellsItsUseAndHowARotationGoes) {
  operations_.key_shown.key.predecessor = "Old2AbCd";
  operations_.key_shown.last_used_at = 1'800'000'000;
  operations_.key_shown.last_source = Address::parse("192.0.2.7");
  operations_.key_shown.recent_minutes = 12;
  serve();
  const auto ran = call("key show Xy12AbCd");
  EXPECT_THAT(ran.out, HasSubstr("last used   2027-01-15 08:00:00Z from 192.0.2.7, in 12 of the "
                                 "last 30 minutes\n"));
  EXPECT_THAT(ran.out, HasSubstr("replaces    Old2AbCd (active), last used 2027-01-15 08:00:00Z"));
  EXPECT_THAT(ran.out, HasSubstr("Old2AbCd is still used and ends never"));
}

TEST_F(ControlApiTest, RemovedUserIsReportedWithItsKeys) {
  serve();
  EXPECT_EQ(call("user remove acme/alice").out,
            std::string("removed user acme/alice and revoked 1 key\n") + kReceiptLines);
}

TEST_F(ControlApiTest, CreatedKeyIsShownOnceInABlockOfItsOwn) {
  serve();
  const auto ran = call("key create acme/alice");
  EXPECT_THAT(ran.out, StartsWith("created key Xy12AbCd (acme/alice), never expires\n"));
  EXPECT_THAT(ran.out, HasSubstr(std::string(kReceiptLines) + "\n  " + std::string(kRawKey) +
                                 "\n\nThis is the only time the key is shown"));
}

TEST_F(ControlApiTest, CreatedKeyIsAFieldInJsonAndAloneWhenQuiet) {
  serve();
  EXPECT_EQ(call("key create acme/alice -q").out, std::string(kRawKey) + "\n");
  const auto json = boost::json::parse(call("key create acme/alice -o json").out);
  EXPECT_EQ(json.at("key").as_string(), kRawKey);
  EXPECT_EQ(json.at("record").at("id").as_string(), "Xy12AbCd");
  EXPECT_EQ(json.at("receipt").at("revision").as_int64(), 7);
}

TEST_F(ControlApiTest, ListsAreTablesObjectsOrNames) {
  serve();
  operations_.keys_there = 2;
  EXPECT_EQ(call("key list").out,
            "KEY       USER        ENV   STATE   EXPIRES  LAST USED  LIMIT  NOTE\n"
            "Xy12AbCd  acme/alice  live  active  never    never      none\n"
            "Xy12AbCd  acme/alice  live  active  never    never      none\n");
  EXPECT_EQ(call("key list -q").out, "Xy12AbCd\nXy12AbCd\n");
  EXPECT_EQ(boost::json::parse(call("key list -o json").out).at("keys").as_array().size(), 2U);
  EXPECT_EQ(call("user list -q").out, "acme/alice\n");
  EXPECT_EQ(call("tenant list -q").out, "acme\n");
  EXPECT_EQ(call("ban list -q").out, "192.0.2.7\n");
}

TEST_F(ControlApiTest, EmptyListsAreHeadingsAnEmptyListOrNothing) {
  serve();
  operations_.keys_there = 0;
  EXPECT_EQ(call("key list").out, "KEY  USER  ENV  STATE  EXPIRES  LAST USED  LIMIT  NOTE\n");
  EXPECT_EQ(call("key list -o json").out, "{\"keys\":[]}\n");
  EXPECT_EQ(call("key list -q").out, "");
}

TEST_F(ControlApiTest, CountersThatAreZeroCanBeLeftOut) {
  serve();
  EXPECT_THAT(call("counters").out, HasSubstr("PASS_BOUND"));
  EXPECT_THAT(call("counters --nonzero").out, Not(HasSubstr("PASS_BOUND")));
  EXPECT_THAT(call("counters --nonzero").out, HasSubstr("DROP_KEY_REVOKED"));
  EXPECT_THAT(call("counters --nonzero -o json").out, Not(HasSubstr("PASS_BOUND")));
}

TEST_F(ControlApiTest, StatusSaysHowFullEachTableIs) {
  serve();
  EXPECT_THAT(call("status").out, HasSubstr("TABLE    USED  CAPACITY  PERCENT  STATE\n"
                                            "sources     3     65536        0  ok\n"));
  EXPECT_THAT(call("status -o json").out,
              HasSubstr(R"({"name":"sources","used":3,"capacity":65536,"percent":0,)"
                        R"("pressure":"ok"})"));
}

TEST_F(ControlApiTest, FailuresKeepTheirMeaningSentenceAndRemedy) {
  serve();
  const std::vector<std::pair<Errc, int>> statuses = {
      {Errc::kNotFound, 1},    {Errc::kExists, 1},   {Errc::kConflict, 1},
      {Errc::kDenied, 1},      {Errc::kFull, 1},     {Errc::kInvalid, 2},
      {Errc::kUnavailable, 2}, {Errc::kInternal, 2}, {Errc::kIncompatible, 2}};
  for (const auto& [code, status] : statuses) {
    for (const auto* arguments : {"status", "key list -o json"}) {
      operations_.fail_next(failure(code, "it did not work", "try something else"));
      const auto ran = call(arguments);
      EXPECT_EQ(ran.status, status);
      EXPECT_EQ(ran.out, "sallyport: it did not work\n  try something else\n");
    }
  }
}

TEST_F(ControlApiTest, BadInputNeverReachesTheAgent) {
  serve();
  const std::string huge(100'000, 'x');
  const std::vector<std::pair<std::string, std::string>> inputs = {
      {"ban add not-an-address", "not an IP address: not-an-address"},
      {"user create acme", "not a user: \"acme\""},
      {"key create acme/alice --expires soon", "not a time: \"soon\""},
      {"key create acme/alice --not-before never", "not a time: \"never\""},
      {"key create acme/alice --limit many", "not a rate: \"many\""},
      {"cidr load /", "cannot read /: Is a directory"},
      {"cidr load /nowhere", "cannot read /nowhere: No such file or directory"},
      {"trace --write /nowhere/trace --seconds 1", "cannot write /nowhere/trace"},
      {"--timeout never status", "not a duration: \"never\""},
      {"tenant create " + huge, "name is too long: 100000 bytes, at most 64"},
      {"key revoke Xy12AbCd --reason " + huge, "reason is too long: 100000 bytes, at most 256"},
      {"key create acme/alice --note \"$(printf '\\377')\"", "note is not UTF-8"},
  };
  for (const auto& [arguments, said] : inputs) {
    const auto ran = call(arguments);
    EXPECT_EQ(ran.status, 2) << said;
    EXPECT_THAT(ran.out, StartsWith("sallyport: " + said));
  }
  EXPECT_THAT(operations_.calls(), testing::IsEmpty());
}

TEST_F(ControlApiTest, RawKeyOnTheCommandLineIsRefusedAndNotRepeated) {
  serve();
  for (const auto* arguments : {"key show ", "key revoke ", "nonsense ", "key show --x="}) {
    const auto ran = call(arguments + std::string(kRawKey));
    EXPECT_EQ(ran.status, 2);
    EXPECT_THAT(ran.out, HasSubstr("a whole key is on the command line"));
    EXPECT_THAT(ran.out, Not(HasSubstr("spk_live")));
  }
  EXPECT_THAT(operations_.calls(), testing::IsEmpty());
}

TEST_F(ControlApiTest, AbsentAgentIsSaidWithWhatToDo) {
  const auto ran = call("status");
  EXPECT_EQ(ran.status, 2);
  EXPECT_EQ(ran.out, "sallyport: cannot reach the agent at " + socket_ +
                         ": No such file or directory\n"
                         "  is sallyportd running? see: systemctl status sallyportd\n");
}

TEST_F(ControlApiTest, ManualCompletionAndVersionNeedNoAgent) {
  for (const auto* arguments : {"man", "completion bash", "version", "--help", "--version"}) {
    EXPECT_EQ(call(arguments).status, 0) << arguments;
  }
}

TEST_F(ControlApiTest, AnswerThatCannotBeWrittenIsAnError) {
  serve();
  EXPECT_EQ(call("tenant list >/dev/full").status, 2);
}

}  // namespace
}  // namespace sallyport::test
