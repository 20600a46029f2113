// SPDX-License-Identifier: Apache-2.0
#include "agent/app/access_lines.hpp"

#include <gtest/gtest.h>

#include "agent/association/key_index.hpp"

namespace sallyport {
namespace {

class AccessLines : public ::testing::Test {
 protected:
  AccessLines() {
    record_ = {.began_unix_ms = 1'764'298'049'007,
               .duration_us = 12'034,
               .upstream_us = 9'500,
               .service = "api",
               .source = *Address::parse("192.0.2.7"),
               .protocol = "HTTP/2.0",
               .method = "GET",
               .host = "api.example",
               .path = "/orders",
               .user_agent = "curl/8",
               .status = 200,
               .code = CheckCode::kAllowed,
               .key = &key_,
               .bytes_in = 120,
               .bytes_out = 4096,
               .is_whole = true};
  }
  std::string json() const {
    std::string line;
    append_json_line(record_, line);
    return line;
  }
  std::string combined() const {
    std::string line;
    append_combined_line(record_, line);
    return line;
  }

  KeyIndex index_;
  KeyEntry& key_ = index_.add({.id = {'X', 'y', '1', '2', 'A', 'b', 'C', 'd'}},
                              index_.owner_of("acme", "alice"));
  AccessRecord record_;
};

TEST_F(AccessLines, TellAllAsJson) {
  EXPECT_EQ(json(),
            R"({"time":"2025-11-28T02:47:29.007Z","service":"api","source":"192.0.2.7",)"
            R"("protocol":"HTTP/2.0","method":"GET","host":"api.example","path":"/orders",)"
            R"("status":200,"check":"allowed","key":"Xy12AbCd","tenant":"acme","user":"alice",)"
            R"("bytes_in":120,"bytes_out":4096,"duration_ms":12.034,"upstream_ms":9.500,)"
            R"("whole":true,"user_agent":"curl/8"})"
            "\n");
}

TEST_F(AccessLines, LeaveOutWhatIsNotKnown) {
  record_ = {};
  record_.service = "api";
  record_.status = 400;
  const std::string line = json();
  for (const char* name : {"key", "user", "path", "check", "upstream_ms"}) {
    EXPECT_EQ(line.find(std::string("\"") + name + "\""), std::string::npos) << line;
  }
}

TEST_F(AccessLines, StayOneLineWhateverAClientSays) {
  record_.path = "/\"\n{";
  record_.user_agent = "\xff\"\r\n evil \x1b[0m";
  for (const std::string& line : {json(), combined()}) {
    EXPECT_EQ(line.find('\n'), line.size() - 1) << line;
    EXPECT_EQ(line.find('\x1b'), std::string::npos) << line;
  }
  EXPECT_NE(json().find(R"("path":"/\"\u000a{")"), std::string::npos) << json();
}

TEST_F(AccessLines, TellAsApacheDoes) {
  EXPECT_EQ(combined(),
            "192.0.2.7 - alice [28/Nov/2025:02:47:29 +0000] \"GET /orders HTTP/2.0\" 200 4096 "
            "\"-\" \"curl/8\"\n");
  record_.key = nullptr;
  record_.status = 0;
  EXPECT_NE(combined().find(" - - ["), std::string::npos);
  EXPECT_NE(combined().find("\" 499 "), std::string::npos);
}

}  // namespace
}  // namespace sallyport
