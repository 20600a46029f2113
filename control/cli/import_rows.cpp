// SPDX-License-Identifier: Apache-2.0
#include "control/cli/import_rows.hpp"

#include <algorithm>
#include <functional>

namespace sallyport {

using control::v1::ImportPart;
using control::v1::ImportRow;

namespace {

// Below what the agent takes in one message, whatever the last row is.
constexpr std::size_t kPartBytes = 40'000;

}  // namespace

ImportRow ImportRows::make(std::uint64_t line) const {
  ImportRow row;
  row.set_line(line);
  row.set_tenant(defaults_.tenant);
  row.set_expires_at(defaults_.expires_at);
  return row;
}

void ImportRows::add(ImportRow& row) {
  if (row.tenant().empty() || row.user().empty()) {
    return refuse(
        row.line(),
        failure(Errc::kInvalid, row.user().empty() ? "there is no user" : "there is no tenant",
                row.user().empty() ? "every row names one" : "name it in the row, or by --tenant"));
  }
  if (row.env().empty()) row.set_env(defaults_.env);
  owners_.push_back(std::hash<std::string>{}(row.tenant() + "/" + row.user()));
  Place place;
  std::copy_n(row.digest().begin(), std::min(row.digest().size(), place.digest.size()),
              place.digest.begin());
  place.line = row.line();
  place.begin = text_.size();
  row.AppendToString(&text_);
  place.size = static_cast<std::uint32_t>(text_.size() - place.begin);
  places_.push_back(place);
}

void ImportRows::refuse(std::uint64_t line, const Failure& why) {
  ++refused_;
  if (problems_.size() < kMostProblems) problems_.push_back({line, why.message, why.remedy});
}

void ImportRows::finish() {
  std::sort(places_.begin(), places_.end(), [](const Place& a, const Place& b) {
    return a.digest != b.digest ? a.digest < b.digest : a.line < b.line;
  });
  const auto is_again = [this](const Place& before, const Place& place) {
    const bool is_key = place.digest[0] != 0;
    if (!is_key || before.digest != place.digest) return false;
    refuse(place.line,
           failure(Errc::kExists, "the same key as in line " + std::to_string(before.line),
                   "a key belongs to one user: keep one of the lines"));
    return true;
  };
  places_.erase(std::unique(places_.begin(), places_.end(), is_again), places_.end());
  std::stable_sort(problems_.begin(), problems_.end(),
                   [](const Problem& a, const Problem& b) { return a.line < b.line; });
  std::sort(owners_.begin(), owners_.end());
  users_ = static_cast<std::size_t>(std::unique(owners_.begin(), owners_.end()) - owners_.begin());
}

bool ImportRows::next(std::size_t& at, ImportPart& part) const {
  part.clear_rows();
  for (std::size_t bytes = 0; at < places_.size() && bytes < kPartBytes; ++at) {
    const Place& place = places_[at];
    part.add_rows()->ParseFromArray(text_.data() + place.begin, static_cast<int>(place.size));
    bytes += place.size;
  }
  part.set_is_last(at == places_.size());
  return !part.is_last();
}

}  // namespace sallyport
