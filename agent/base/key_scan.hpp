// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace sallyport {

/// One of our keys in a text. `raw` is valid during the call alone.
struct FoundKey {
  std::string_view raw;
  std::string_view env;
  std::string_view id;
  std::size_t line = 1;
};

/// Finds keys of our form, with the right checksum, in a text that comes part by part, whatever
/// stands around them: source code, logs, binaries.
class KeyScanner {
 public:
  explicit KeyScanner(std::function<void(const FoundKey&)> visit) : visit_(std::move(visit)) {}
  ~KeyScanner();
  KeyScanner(const KeyScanner&) = delete;
  KeyScanner& operator=(const KeyScanner&) = delete;

  void feed(std::string_view part);
  /// The text has ended.
  void finish();

 private:
  void scan(bool is_end);

  std::function<void(const FoundKey&)> visit_;
  std::string text_;  // what has not been looked at yet; wiped
  std::size_t line_ = 1;
};

}  // namespace sallyport
