// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "agent/base/digest.hpp"
#include "control/cli/csv_reader.hpp"
#include "control/cli/import_readers.hpp"
#include "control/cli/import_row.hpp"

namespace sallyport::test {
namespace {

constexpr std::string_view kOurs = "spk_test_Xy12AbCd_";
const std::string kForeign = "a-key-of-another-kind";

using Make = std::unique_ptr<ImportReader> (*)(ImportRows&);

/// What a file comes to: the rows by digest, then what is wrong with its lines. The text is fed in
/// parts of every size in turn.
std::string read(Make make, std::string_view text, std::size_t part = 0) {
  ImportRows rows({.tenant = "", .env = "live", .expires_at = 5, .now = 1000});
  const auto reader = make(rows);
  while (!text.empty()) {
    const auto size = std::min(part == 0 ? text.size() : part, text.size());
    reader->feed(text.substr(0, size));
    text.remove_prefix(size);
  }
  reader->finish();
  rows.finish();
  std::string out;
  std::size_t at = 0;
  control::v1::ImportPart message;
  for (bool is_more = true; is_more;) {
    is_more = rows.next(at, message);
    for (const auto& row : message.rows()) {
      out += std::to_string(row.line()) + " " + row.tenant() + "/" + row.user() + " " +
             row.digest().substr(0, 4) + " " + row.id() + " " + row.env() + " " +
             std::to_string(row.expires_at()) + " " + row.note() + "\n";
    }
  }
  for (const auto& problem : rows.problems()) {
    out += "line " + std::to_string(problem.line) + ": " + problem.message + "\n";
  }
  return out;
}

std::string first4(std::string_view raw) {
  return to_hex(digest_of(raw)).substr(0, 4);
}

TEST(ImportCsv, ReadsColumnsInAnyOrderAndQuotes) {
  const std::string text =
      "\xef\xbb\xbfnote,user,tenant,key,expires_at\r\n"
      "\"a, \"\"b\"\"\nc\",alice,acme," +
      kForeign +
      ",never\r\n"
      "\r\n"
      ",bob,acme,,\r\n";
  const std::string wanted =
      "5 acme/bob   live 5 \n2 acme/alice " + first4(kForeign) + "  live 0 a, \"b\"\nc\n";
  for (std::size_t part : {0U, 1U, 2U, 7U}) EXPECT_EQ(read(read_csv, text, part), wanted) << part;
}

TEST(ImportCsv, TellsEveryWrongLineAndRepeatsNoSecret) {
  const std::string secret = "spk_live_secretsecret";
  const std::string out = read(read_csv,
                               "user,tenant,digest,state,expires_at\n"
                               "alice,acme," +
                                   secret +
                                   ",,\n"
                                   "alice,acme\n"
                                   "alice,acme,,gone,\n"
                                   ",acme,,,\n"
                                   "alice,,,,\n"
                                   "alice,acme,,," +
                                   secret +
                                   "\n"
                                   "al\"ice,acme,,,\n"
                                   "\"alice,acme,,,\n");
  EXPECT_EQ(out,
            "line 2: the digest is not a SHA-256\n"
            "line 3: 2 cells instead of 5\n"
            "line 4: not a state of a key\n"
            "line 5: there is no user\n"
            "line 6: there is no tenant\n"
            "line 7: expires_at is not a time\n"
            "line 8: there is a quote in the middle of a cell\n"
            "line 9: a quote is not closed before the end of the file\n");
}

TEST(ImportCsv, AKeyThatIsThereTwiceIsTold) {
  const std::string row = "acme,alice," + kForeign + "\n";
  EXPECT_EQ(
      read(read_csv, "tenant,user,key\n" + row + "acme,bob,0123456789abcdef\n" + row).substr(0, 2),
      std::string(first4("0123456789abcdef") < first4(kForeign) ? "3 " : "2 "));
  const auto out = read(read_csv, "tenant,user,key\n" + row + row);
  EXPECT_NE(out.find("line 3: the same key as in line 2\n"), std::string::npos) << out;
}

TEST(ImportCsv, AnUnknownColumnSpoilsTheFileOnce) {
  EXPECT_EQ(read(read_csv, "user,tennant\nalice,acme\nbob,acme\n"),
            "line 1: column 2 has no name that is known\n");
}

TEST(ImportJsonl, ReadsObjectsAndLeavesWhatIsOfUse) {
  const std::string text = R"({"tenant":"acme","user":"alice","key":")" + kForeign +
                           R"(","expires_at":77,"last_used_at":5,"note":null})" + "\n\n" +
                           R"({"tenant":"acme","user":"bob"})";
  const std::string wanted =
      "3 acme/bob   live 5 \n1 acme/alice " + first4(kForeign) + "  live 77 \n";
  for (std::size_t part : {0U, 1U, 5U}) EXPECT_EQ(read(read_jsonl, text, part), wanted) << part;
}

TEST(ImportJsonl, TellsEveryWrongLine) {
  const auto out =
      read(read_jsonl, "{\n[]\n{\"tennant\":\"acme\"}\n{\"user\":true}\n{\"burst\":-1}\n" +
                           std::string(70000, ' ') + "\n");
  EXPECT_EQ(out.substr(0, 16), "line 1: not JSON");
  EXPECT_EQ(out.substr(out.find("line 2")),
            "line 2: not an object\n"
            "line 3: an object has a member that is not known\n"
            "line 4: user is neither a text nor a whole number\n"
            "line 5: burst is not a number that fits\n"
            "line 6: the line is too long\n");
}

TEST(ImportKong, TakesConsumersAndTheirKeys) {
  const std::string text =
      "_format_version: \"3.0\"\n_workspace: acme\nservices:\n- name: x\n  key: no\nconsumers:\n"
      "- keyauth_credentials:\n  - key: " +
      kForeign +
      "\n    ttl: 60\n  - key: second-key-of-alice\n"
      "  username: alice\n"
      "- custom_id: bob\n"
      "- username: carol\n  keyauth_credentials:\n  - key: '{vault://env/carol}'\n"
      "keyauth_credentials:\n- consumer: dave\n  key: key-of-dave-apart\n";
  const auto out = read(read_kong, text);
  EXPECT_NE(out.find("8 acme/alice " + first4(kForeign) + "  live 1060 \n"), std::string::npos)
      << out;
  EXPECT_NE(out.find("10 acme/alice " + first4("second-key-of-alice")), std::string::npos) << out;
  EXPECT_NE(out.find("12 acme/bob "), std::string::npos) << out;
  EXPECT_NE(out.find("18 acme/dave " + first4("key-of-dave-apart")), std::string::npos) << out;
  EXPECT_NE(out.find("line 15: the key is a reference, not a key\n"), std::string::npos) << out;
  EXPECT_EQ(read(read_kong, text, 3), out);
}

TEST(ImportApisix, TakesConsumersAndTheirCredentials) {
  const auto out = read(read_apisix,
                        "consumers:\n"
                        "  - username: jack\n    plugins:\n      key-auth:\n        key: auth-one\n"
                        "      limit-count: {count: 2}\n"
                        "  - id: jack/credentials/two\n    plugins: {key-auth: {key: auth-two}}\n"
                        "  - username: jill\n    plugins: {jwt-auth: {key: no}}\n#END\n");
  // The tenant is the caller's to name.
  EXPECT_EQ(out,
            "line 5: there is no tenant\nline 8: there is no tenant\nline 9: there is no tenant\n");
}

TEST(ImportYaml, AFileThatIsNoneIsTold) {
  EXPECT_EQ(read(read_kong, "consumers: [\n}").substr(0, 16), "line 2: not YAML");
}

TEST(ImportRow, ARawKeyOfOursBringsItsIdAndEnvironment) {
  control::v1::ImportRow row;
  const auto cut = set_raw_key(std::string(kOurs) + "abc", row);
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().message.find(kOurs), std::string::npos);
  EXPECT_FALSE(set_raw_key("with a space", row));
  EXPECT_FALSE(set_raw_key(std::string(513, 'a'), row));
  ASSERT_TRUE(set_raw_key(std::string(512, 'a'), row));
  EXPECT_EQ(row.digest(), to_hex(digest_of(std::string(512, 'a'))));
}

TEST(ImportRow, WhatAnExportWritesIsReadAsItWas) {
  control::v1::Key key;
  key.set_digest(std::string(64, 'a'));
  key.set_tenant("acme");
  key.set_user("alice");
  key.set_id("Xy12AbCd");
  key.set_env("test");
  key.set_state(control::v1::KEY_STATE_SUSPENDED);
  key.set_reason("a, \"b\"");
  key.set_created_at(1'700'000'001);
  key.set_expires_at(1'800'000'001);
  key.set_byte_burst(1ULL << 40);
  key.set_successor("Ab12XyCd");
  control::v1::ImportRow row;
  for (const auto& field : import_fields()) {
    if (field.get == nullptr) continue;
    ASSERT_TRUE(field.set(field.get(key), 0, row)) << field.name;
  }
  // The same numbers and names in both messages, but for the line.
  for (int i = 0; i < row.GetDescriptor()->field_count(); ++i) {
    const auto& field = *row.GetDescriptor()->field(i);
    const auto* other = key.GetDescriptor()->FindFieldByName(field.name());
    if (other == nullptr) continue;
    switch (field.cpp_type()) {
      case google::protobuf::FieldDescriptor::CPPTYPE_STRING:
        EXPECT_EQ(row.GetReflection()->GetString(row, &field),
                  key.GetReflection()->GetString(key, other));
        break;
      case google::protobuf::FieldDescriptor::CPPTYPE_INT64:
        EXPECT_EQ(row.GetReflection()->GetInt64(row, &field),
                  key.GetReflection()->GetInt64(key, other));
        break;
      case google::protobuf::FieldDescriptor::CPPTYPE_UINT64:
        EXPECT_EQ(row.GetReflection()->GetUInt64(row, &field),
                  key.GetReflection()->GetUInt64(key, other));
        break;
      default:
        break;
    }
  }
  EXPECT_EQ(row.state(), key.state());
}

}  // namespace
}  // namespace sallyport::test
