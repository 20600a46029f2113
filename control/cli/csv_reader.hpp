// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport {

/// A record of a file of comma-separated values, and the line on which it begins.
struct CsvRecord {
  std::uint64_t line = 0;
  std::vector<std::string> cells;
  const char* fault = nullptr;  // why it can't be read; the cells mean nothing then
};

/// Reads comma-separated values (RFC 4180) that come part by part: quotes, commas and line ends
/// inside quotes, either kind of line end. Blank lines are left out. Cells are wiped once they have
/// been visited.
class CsvReader {
 public:
  explicit CsvReader(std::function<void(const CsvRecord&)> visit) : visit_(std::move(visit)) {}
  ~CsvReader();
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  void feed(std::string_view part);
  void finish();

 private:
  enum class At : std::uint8_t { kStart, kPlain, kQuoted, kQuoteInQuoted };

  void take(char c);
  void end_cell();
  void end_record();

  std::function<void(const CsvRecord&)> visit_;
  CsvRecord record_{.line = 1, .cells = {}};
  std::string cell_;
  At at_ = At::kStart;
  std::uint64_t line_ = 1;
  bool has_cells_ = false;
};

}  // namespace sallyport
