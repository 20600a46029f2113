// SPDX-License-Identifier: Apache-2.0
#include "agent/registry/names.hpp"

#include <algorithm>
#include <string>

namespace sallyport {
namespace {

constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxText = 256;

bool is_name_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '@' || c == '-';
}

bool is_control(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

}  // namespace

Result<void> check_name(std::string_view what, std::string_view name) {
  const bool is_good = !name.empty() && name.size() <= kMaxName && name.front() != '-' &&
                       name.front() != '.' &&
                       std::all_of(name.begin(), name.end(), is_name_character);
  if (is_good) return {};
  return failure(
      Errc::kInvalid, "not a name for a " + std::string(what),
      "names are 1 to 64 letters, digits, '.', '_', '@' or '-', and start with a letter, "
      "a digit, '_' or '@'");
}

Result<void> check_text(std::string_view what, std::string_view text) {
  if (text.size() <= kMaxText && std::none_of(text.begin(), text.end(), is_control)) return {};
  return failure(Errc::kInvalid,
                 "the " + std::string(what) + " is too long or has control characters",
                 "use at most 256 bytes of plain text");
}

std::string printable(std::string_view text) {
  std::string shown(text.substr(0, kMaxName));
  std::replace_if(shown.begin(), shown.end(), is_control, '?');
  return text.size() > kMaxName ? shown + "…" : shown;
}

}  // namespace sallyport
