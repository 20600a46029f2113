// SPDX-License-Identifier: Apache-2.0
#include "agent/app/explain_subject.hpp"

#include <arpa/inet.h>

#include <gtest/gtest.h>

#include "agent/datapath/memory_tables.hpp"

namespace sallyport::test {
namespace {

using Kind = Subject::Kind;

TEST(SubjectTest, IsAnAddressAConnectionOrAKeysId) {
  EXPECT_EQ(parse_subject("192.0.2.7").value().kind, Kind::kAddress);
  EXPECT_EQ(parse_subject("2001:db8::7").value().kind, Kind::kAddress);
  const auto connection = parse_subject("192.0.2.7:40000").value();
  EXPECT_EQ(connection.kind, Kind::kConnection);
  EXPECT_EQ(connection.source.port, 40000);
  EXPECT_EQ(parse_subject("[2001:db8::7]:1").value().kind, Kind::kConnection);
  const auto key = parse_subject("Xy12AbCd").value();
  EXPECT_EQ(key.kind, Kind::kKey);
  EXPECT_EQ(key.key_id, "Xy12AbCd");
}

TEST(SubjectTest, AnythingElseIsRefusedAndNotRepeated) {
  for (const char* text : {"", "192.0.2.7:0", "192.0.2.7:65536", "192.0.2", "[2001:db8::7]",
                           "secretsecret", "Xy12AbC_", "spk_live_Xy12AbCd_secret_1a2B3c"}) {
    const auto refused = parse_subject(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, Errc::kInvalid);
    EXPECT_EQ(refused.error().message, "that is no address, no key's id and no connection");
    EXPECT_EQ(refused.error().remedy.find("secret"), std::string::npos);
  }
}

class ExplainTablesTest : public testing::Test {
 protected:
  static OuterDoorConfig config() {
    OuterDoorConfig config;
    config.max_key_slots = 8;
    return config;
  }
  void set_slot(std::uint32_t slot, std::uint32_t generation, std::uint32_t verdict) {
    auto memory = tables_.slot_memory();
    memory.slots[slot].generation = generation;
    memory.slots[slot].verdict = verdict;
  }
  sp_verdict judge(std::uint32_t slot, std::uint32_t generation, std::uint32_t superseded = 0) {
    return judge_binding({slot, generation, superseded}, tables_.slot_memory());
  }

  MemoryTables tables_{config()};
};

TEST_F(ExplainTablesTest, BindingIsJudgedAsTheKernelDoes) {
  set_slot(5, 9, SP_DROP_KEY_REVOKED);
  set_slot(6, 1, SP_PASS_BOUND);
  set_slot(7, 1, SP_DROP_SOURCE_BANNED);
  EXPECT_EQ(judge(5, 9), SP_DROP_KEY_REVOKED);
  EXPECT_EQ(judge(5, 8), SP_PASS_UNJUDGED) << "another generation";
  EXPECT_EQ(judge(5, 9, 1), SP_PASS_UNJUDGED) << "superseded";
  EXPECT_EQ(judge(6, 1), SP_PASS_BOUND);
  EXPECT_EQ(judge(7, 1), SP_PASS_UNJUDGED) << "a verdict that is none of a slot's";
  EXPECT_EQ(judge(8, 1), SP_PASS_UNJUDGED) << "out of range";
  EXPECT_EQ(judge(SP_OFFENDER_SLOT, 1), SP_DROP_CONNECTION_OFFENDER);
}

TEST_F(ExplainTablesTest, SourceIsJudgedAsTheKernelDoes) {
  sp_source_state state{};
  state.verdict = SP_DROP_SOURCE_BANNED;
  state.expires_ns = SP_NEVER;
  EXPECT_EQ(judge_source(std::nullopt, 5), SP_PASS_UNJUDGED);
  EXPECT_EQ(judge_source(state, 5), SP_DROP_SOURCE_BANNED);
  state.expires_ns = 6;
  EXPECT_EQ(judge_source(state, 5), SP_DROP_SOURCE_BANNED);
  EXPECT_EQ(judge_source(state, 6), SP_PASS_UNJUDGED) << "it has ended";
  state = {.expires_ns = SP_NEVER,
           .verdict = SP_DROP_KEY_REVOKED,
           .refusals = 0,
           .made_unix_s = 0,
           .repetition = 0,
           .reserved = 0};
  EXPECT_EQ(judge_source(state, 5), SP_PASS_UNJUDGED);
}

TEST_F(ExplainTablesTest, OnlyAnEnforcingServiceDrops) {
  EXPECT_TRUE(is_dropped(SP_DROP_KEY_REVOKED, SP_MODE_ENFORCE));
  EXPECT_FALSE(is_dropped(SP_DROP_KEY_REVOKED, SP_MODE_OBSERVE));
  EXPECT_FALSE(is_dropped(SP_PASS_CLOSING, SP_MODE_ENFORCE));
}

TEST_F(ExplainTablesTest, TablesAreReadForWhatIsAsked) {
  const sp_connection_key ours{Address::parse("192.0.2.7")->to_abi(), htons(40000), 1};
  const sp_connection_key other{Address::parse("192.0.2.7")->to_abi(), htons(40001), 1};
  ASSERT_TRUE(tables_.connections().put(ours, {5, 9, 0}));
  ASSERT_TRUE(tables_.connections().put(other, {5, 9, 0}));
  sp_source_state state{};
  state.verdict = SP_DROP_SOURCE_BANNED;
  ASSERT_TRUE(tables_.sources().put(*Address::parse("2001:db8::"), state));

  EXPECT_EQ(look_up(tables_, parse_subject("192.0.2.7:40000").value())->connections.size(), 1U);
  EXPECT_EQ(look_up(tables_, parse_subject("Xy12AbCd").value())->connections.size(), 2U);
  EXPECT_TRUE(look_up(tables_, parse_subject("2001:db8::7").value())->source) << "by its /64";
  EXPECT_FALSE(look_up(tables_, parse_subject("192.0.2.7").value())->source);
}

}  // namespace
}  // namespace sallyport::test
