// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "agent/http/request_head.hpp"

namespace sallyport::test {

/// A copy that ends where its allocation ends, so that the address sanitizer sees a read behind it.
class ExactCopy {
 public:
  explicit ExactCopy(std::string_view text)
      : bytes_(std::make_unique<char[]>(text.size())), size_(text.size()) {
    text.copy(bytes_.get(), text.size());
  }
  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_;
};

/// A request head with a good request line and Host, the lines given, and the empty line.
[[nodiscard]] inline std::string request_with(std::initializer_list<std::string_view> lines,
                                              std::string_view start = "POST /a HTTP/1.1") {
  std::string head(start);
  head += "\r\nHost: api.example\r\n";
  for (const std::string_view line : lines) (head += line) += "\r\n";
  return head += "\r\n";
}

/// A response head with the lines given.
[[nodiscard]] inline std::string response_with(std::initializer_list<std::string_view> lines,
                                               std::string_view start = "HTTP/1.1 200 OK") {
  std::string head(start);
  head += "\r\n";
  for (const std::string_view line : lines) (head += line) += "\r\n";
  return head += "\r\n";
}

/// A literal with NULs in it, whole.
template <std::size_t N>
[[nodiscard]] std::string bytes(const char (&literal)[N]) {
  return std::string(literal, N - 1);
}

}  // namespace sallyport::test
