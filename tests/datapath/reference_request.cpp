// SPDX-License-Identifier: Apache-2.0
#include "tests/datapath/reference_request.hpp"

#include <algorithm>
#include <cctype>

namespace sallyport::test {
namespace {

constexpr std::size_t kMostText = 2048;
constexpr std::size_t kMostBlanks = 8;
constexpr std::size_t kMostDigits = 9;
constexpr std::size_t kMostKey = 119;

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// Takes up to eight blanks off the front.
std::string without_blanks(const std::string& text) {
  std::size_t blanks = 0;
  while (blanks < kMostBlanks && blanks < text.size() && is_blank(text[blanks])) ++blanks;
  return text.substr(blanks);
}

std::string reversed(std::string text) {
  std::reverse(text.begin(), text.end());
  return text;
}

bool begins_with(const std::string& line, const std::string& name) {
  return lower(line.substr(0, name.size())) == name;
}

/// A head, as far as the question goes.
struct Head {
  std::vector<std::string> lines;  // without the first, which is the request line
  std::size_t end = 0;             // where what follows it begins
};

/// Nothing: it is not whole, or something in it is odd.
std::optional<Head> read_head(const std::string& text) {
  Head head;
  std::size_t begin = 0;
  for (bool is_first = true;; is_first = false) {
    if (!is_first && text.compare(begin, 2, "\r\n") == 0) {
      head.end = begin + 2;
      return head;
    }
    if (!is_first && begin < text.size() && is_blank(text[begin])) return {};
    const auto feed = text.find('\n', begin);
    if (feed == std::string::npos) return {};
    if (feed == 0 || text[feed - 1] != '\r') return {};
    if (!is_first) head.lines.push_back(text.substr(begin, feed - 1 - begin));
    begin = feed + 1;
  }
}

/// Whether so many bytes after the head are within the body that it announces.
bool is_body(const std::vector<std::string>& lengths, std::size_t bytes) {
  if (bytes == 0) return true;
  if (lengths.empty()) return false;
  const auto value = without_blanks(lengths.front());
  std::size_t digits = 0;
  while (digits < kMostDigits && digits < value.size() && value[digits] >= '0' &&
         value[digits] <= '9') {
    ++digits;
  }
  return digits > 0 && bytes <= std::stoul(value.substr(0, digits));
}

}  // namespace

std::optional<std::string> key_in_first_segment(const std::string& segment,
                                                const std::vector<std::string>& headers) {
  const auto head = read_head(segment.substr(0, kMostText));
  if (!head) return {};
  std::vector<std::string> lengths;
  std::optional<std::string> value;
  bool is_bearer = false;
  for (const auto& line : head->lines) {
    if (begins_with(line, "content-length:")) lengths.push_back(line.substr(15));
    for (const auto& header : headers) {
      if (!begins_with(line, header + ":")) continue;
      if (value) return {};
      value = line.substr(header.size() + 1);
      is_bearer = header == "authorization";
    }
  }
  if (!value || lengths.size() > 1 || !is_body(lengths, segment.size() - head->end)) return {};
  std::string key = without_blanks(*value);
  if (is_bearer) {
    if (!begins_with(key, "bearer ")) return {};
    key = without_blanks(key.substr(7));
  }
  key = reversed(without_blanks(reversed(key)));
  if (key.empty() || is_blank(key.front()) || is_blank(key.back()) || key.size() > kMostKey) {
    return {};
  }
  return key;
}

}  // namespace sallyport::test
