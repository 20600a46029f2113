// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sallyport/control/v1/control.pb.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/result.hpp"

namespace sallyport {

/// What rows are that do not say it themselves.
struct ImportDefaults {
  std::string tenant = {};
  std::string env = {};
  std::int64_t expires_at = 0;
  std::int64_t now = 0;  // that durations count from
};

/// The rows of a file that is imported, and what is wrong with its lines. Kept as the API's
/// messages in one text, about 150 bytes each: there may be millions.
class ImportRows {
 public:
  struct Problem {
    std::uint64_t line = 0;
    std::string message;
    std::string remedy = {};
  };
  static constexpr std::size_t kMostProblems = 100;

  explicit ImportRows(ImportDefaults defaults) : defaults_(std::move(defaults)) {}

  /// A row of that line, to be filled in and added.
  [[nodiscard]] control::v1::ImportRow make(std::uint64_t line) const;
  void add(control::v1::ImportRow& row);
  void refuse(std::uint64_t line, const Failure& why);
  [[nodiscard]] std::int64_t now() const noexcept { return defaults_.now; }

  /// No more rows come: refuses keys that are there twice, and puts the rest in the order of
  /// digests, in which the agent's store takes them fastest; users without keys come first.
  void finish();

  [[nodiscard]] std::size_t size() const noexcept { return places_.size(); }
  [[nodiscard]] std::size_t users() const noexcept { return users_; }
  /// Keys of fewer than 16 characters, as far as they came raw.
  [[nodiscard]] std::size_t short_keys() const noexcept { return short_keys_; }
  void note_short_key() noexcept { ++short_keys_; }
  /// The first of them, by line.
  [[nodiscard]] const std::vector<Problem>& problems() const noexcept { return problems_; }
  [[nodiscard]] std::size_t refused() const noexcept { return refused_; }

  /// The next message for the agent; false: that was the last. `at` is 0 for the first.
  [[nodiscard]] bool next(std::size_t& at, control::v1::ImportPart& part) const;

 private:
  struct Place {
    std::array<char, 32> digest{};  // its first hexadecimal digits
    std::uint64_t line = 0;
    std::size_t begin = 0;
    std::uint32_t size = 0;
  };

  const ImportDefaults defaults_;
  std::string text_;
  std::vector<Place> places_;
  std::vector<std::size_t> owners_;  // hashes
  std::vector<Problem> problems_;
  std::size_t refused_ = 0;
  std::size_t users_ = 0;
  std::size_t short_keys_ = 0;
};

}  // namespace sallyport
