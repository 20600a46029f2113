// SPDX-License-Identifier: Apache-2.0
#include "agent/base/key_scan.hpp"

#include <algorithm>
#include <optional>

#include "agent/base/key_format.hpp"

namespace sallyport {
namespace {

constexpr std::string_view kPrefix = "spk_";
constexpr std::size_t kLongest = 56;
constexpr std::size_t kAfterEnvironment = 1 + 8 + 1 + 27 + 1 + 6;  // _id_secret_checksum

/// The key that `text` begins with.
std::optional<FoundKey> key_at(std::string_view text) {
  const auto end_of_env = text.find('_', kPrefix.size());
  if (end_of_env == std::string_view::npos) return std::nullopt;
  const auto raw = text.substr(0, end_of_env + kAfterEnvironment);
  if (raw.size() > kLongest || form_of(raw) != KeyForm::kOurs) return std::nullopt;
  return FoundKey{.raw = raw,
                  .env = raw.substr(kPrefix.size(), end_of_env - kPrefix.size()),
                  .id = raw.substr(end_of_env + 1, 8)};
}

std::size_t lines_in(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

KeyScanner::~KeyScanner() {
  wipe(text_);
}

void KeyScanner::feed(std::string_view part) {
  // Appending may move the text: what is left behind is wiped.
  std::string longer;
  longer.reserve(text_.size() + part.size());
  longer.append(text_).append(part);
  wipe(text_);
  text_.swap(longer);
  scan(false);
}

void KeyScanner::finish() {
  scan(true);
  wipe(text_);
  line_ = 1;
}

void KeyScanner::scan(bool is_end) {
  const std::string_view text = text_;
  std::size_t done = 0;
  for (;;) {
    const auto at = std::min(text.find(kPrefix, done), text.size());
    // Near the end the rest of a key, or of its first letters, may be still to come.
    const auto whole = is_end ? text.size() : text.size() - std::min(text.size(), kLongest);
    const auto next = std::min(at, std::max(whole, done));
    line_ += lines_in(text.substr(done, next - done));
    done = next;
    if (at >= text.size() || at > done || (!is_end && at >= whole)) break;
    std::size_t length = 1;
    if (auto found = key_at(text.substr(at))) {
      found->line = line_;
      visit_(*found);
      length = found->raw.size();
    }
    done = at + length;
  }
  std::string rest(text.substr(done));
  wipe(text_);
  text_.swap(rest);
}

}  // namespace sallyport
