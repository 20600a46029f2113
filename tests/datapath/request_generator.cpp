// SPDX-License-Identifier: Apache-2.0
#include "tests/datapath/request_generator.hpp"

#include <cctype>

namespace sallyport::test {
namespace {

class Generator {
 public:
  explicit Generator(std::mt19937_64& random) : random_(random) {}

  std::string request() {
    std::string text = "GET /things HTTP/1.1" + line_end();
    for (unsigned fields = below(4); fields > 0; --fields) text += field();
    text += key_field();
    for (unsigned fields = below(3); fields > 0; --fields) text += field();
    if (one_in(10)) text += key_field();
    const std::string body = one_in(3) ? any_body() : "";
    if (!body.empty() || one_in(8)) text += length_field(body.size());
    text += line_end() + body;
    return one_in(10) ? text.substr(0, below(static_cast<unsigned>(text.size()))) : text;
  }

 private:
  unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
  bool one_in(unsigned times) { return below(times) == 0; }
  template <std::size_t N>
  std::string any(const char* const (&choices)[N]) {
    return choices[below(N)];
  }

  std::string line_end() { return one_in(60) ? any({"\n", "\r", "\r\n ", "\n\r\n"}) : "\r\n"; }

  std::string blanks() {
    if (one_in(20)) return std::string(6 + below(5), one_in(2) ? ' ' : '\t');
    return any({"", " ", " ", " ", "\t", "  \t"});
  }

  std::string in_any_case(std::string text) {
    if (one_in(2)) return text;
    for (char& c : text) {
      if (one_in(2)) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return text;
  }

  std::string key() {
    std::string key = kKeys[below(kKeys.size())];
    if (one_in(6)) key += static_cast<char>('a' + below(26));
    if (one_in(12)) key.pop_back();
    return key;
  }

  std::string key_field() {
    if (one_in(12)) return field();
    if (one_in(2)) return in_any_case("x-api-key") + ":" + blanks() + key() + blanks() + line_end();
    const std::string scheme = one_in(10) ? any({"Basic ", "Bearer", "", "Bearer\t"}) : "Bearer ";
    return in_any_case("authorization") + ":" + blanks() + in_any_case(scheme) +
           (one_in(6) ? blanks() : "") + key() + blanks() + line_end();
  }

  std::string field() {
    static const char* const kNames[] = {
        "Host",           "Accept",       "X-API-Keys", "X-API-Key ", "Not-X-API-Key",
        "Authorizations", "Content-Type", "",           "Cookie",     "X"};
    const std::string filler(below(one_in(8) ? 400 : 40), 'f');
    return any(kNames) + ":" + blanks() + (one_in(8) ? key() : filler) + line_end();
  }

  std::string length_field(std::size_t bytes) {
    std::string value = std::to_string(bytes);
    if (one_in(4)) value = std::to_string(below(20));
    if (one_in(12)) value = any({"x", "", "1000000000000", "000", "+5", "5, 5"});
    return in_any_case("content-length") + ":" + blanks() + value + blanks() + line_end();
  }

  std::string any_body() {
    if (one_in(3)) return "GET / HTTP/1.1\r\n" + key_field() + "\r\n";
    return std::string(1 + below(one_in(6) ? 1200 : 20), one_in(2) ? '\n' : 'b');
  }

  std::mt19937_64& random_;
};

}  // namespace

std::string any_request(std::mt19937_64& random) {
  return Generator(random).request();
}

}  // namespace sallyport::test
