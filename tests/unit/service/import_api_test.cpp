// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include "agent/base/digest.hpp"
#include "tests/unit/service/control_api.hpp"

namespace sallyport::test {
namespace {

class ImportApiTest : public ControlApiTest {
 protected:
  void SetUp() override { serve(); }

  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(directory_ + "/" + name) << text;
    return directory_ + "/" + name;
  }
};

TEST_F(ImportApiTest, ARawKeyIsSentAsItsDigestAlone) {
  const std::string key = "a-key-of-another-kind";
  const auto ran = call(
      "import " + file("in.csv", "tenant,user,key,note\nacme,alice," + key + ",x\nacme,bob,,\n"));
  EXPECT_EQ(ran.status, 0) << ran.out;
  const auto calls = operations_.calls();
  const std::string rows =
      ", 3 acme/bob, 2 acme/alice no-id " + to_hex(digest_of(key)).substr(0, 4) + " live 0 0 x";
  ASSERT_EQ(calls.size(), 3U);
  EXPECT_EQ(calls[0], "import_rows check" + rows);
  EXPECT_EQ(calls[1], "import_rows whole" + rows);
  EXPECT_EQ(calls[2], "end_import 2 ");
}

TEST_F(ImportApiTest, WhatTheAgentRefusesIsToldByLineAndNothingIsTaken) {
  const auto ran = call("import " + file("in.csv", "tenant,user\nacme,alice\nacme,mallory\n"));
  EXPECT_EQ(ran.status, 1);
  EXPECT_NE(ran.out.find("in.csv:3: mallory is not welcome; go\n"), std::string::npos) << ran.out;
  EXPECT_EQ(operations_.calls().size(), 1U);
}

TEST_F(ImportApiTest, KeepsGoingWhereItIsToldTo) {
  const auto ran = call("import --keep-going -o json " +
                        file("in.csv", "tenant,user\nacme\nacme,mallory\nacme,alice\n"));
  EXPECT_EQ(ran.status, 1);
  EXPECT_NE(ran.out.find("\"refused\":2"), std::string::npos) << ran.out;
  EXPECT_EQ(operations_.calls().front().substr(0, 22), "import_rows keep-going");
}

TEST_F(ImportApiTest, ManyRowsComeInSeveralTransactions) {
  std::string text = "tenant,user\n";
  for (int i = 0; i < 9000; ++i) text += "acme,user" + std::to_string(i) + "\n";
  const auto ran = call("import --keep-going " + file("in.csv", text));
  EXPECT_EQ(ran.status, 0) << ran.out;
  EXPECT_NE(ran.out.find("imported 9000 keys of 9000 users"), std::string::npos) << ran.out;
  EXPECT_EQ(operations_.calls().size(), 4U);  // three units, and the end
}

TEST_F(ImportApiTest, AStreamThatBreaksOffIsAnErrorAndWhatCameIsMadeDurable) {
  const auto answer =
      client().send(&ControlClient::Stub::Import, [](control::v1::ImportPart& part) {
        part.set_mode(control::v1::IMPORT_MODE_WHOLE);
        auto& row = *part.add_rows();
        row.set_tenant("acme");
        row.set_user("alice");
        return false;  // and not the last
      });
  ASSERT_FALSE(answer);
  EXPECT_NE(answer.error().message.find("its last part is missing"), std::string::npos);
  EXPECT_EQ(operations_.last_call().substr(0, 12), "end_import 1");
}

TEST_F(ImportApiTest, ARowThatIsOutOfBoundsIsThatRowsProblem) {
  const auto answer =
      client().send(&ControlClient::Stub::Import, [](control::v1::ImportPart& part) {
        part.set_mode(control::v1::IMPORT_MODE_KEEP_GOING);
        part.set_is_last(true);
        auto& row = *part.add_rows();
        row.set_line(7);
        row.set_tenant(std::string(65, 'a'));
        return false;
      });
  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_EQ(answer->problems_size(), 1);
  EXPECT_EQ(answer->problems(0).line(), 7U);
}

TEST_F(ImportApiTest, WhatCannotBeReadIsAnError) {
  EXPECT_EQ(call("import " + directory_ + "/absent.csv").status, 2);
  EXPECT_EQ(call("import " + file("in.yaml", "")).status, 2);  // Kong's, or APISIX's?
  EXPECT_EQ(call("import --format kong " + file("in.yaml", "services: []\n")).status, 2);
  EXPECT_TRUE(operations_.calls().empty());
}

TEST_F(ImportApiTest, AnExportIsReadByAnImport) {
  operations_.key_shown.key.note = "a, \"b\"";
  const auto csv = run_shell(std::string(cli_program()) + " --socket " + socket_ + " export > " +
                             directory_ + "/all.csv");
  EXPECT_EQ(csv.status, 0) << csv.out;
  EXPECT_EQ(call("import " + directory_ + "/all.csv").status, 0);
  EXPECT_NE(operations_.calls()[1].find("2 acme/alice Xy12AbCd 0000 live"), std::string::npos)
      << operations_.calls()[1];
  const auto lines = call("export --format jsonl");
  EXPECT_EQ(lines.out.find("last_used_at"), std::string::npos);
  EXPECT_NE(lines.out.find("\"id\":\"Xy12AbCd\""), std::string::npos) << lines.out;
}

}  // namespace
}  // namespace sallyport::test
