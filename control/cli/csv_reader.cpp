// SPDX-License-Identifier: Apache-2.0
#include "control/cli/csv_reader.hpp"

#include "agent/base/key_format.hpp"

namespace sallyport {

CsvReader::~CsvReader() {
  wipe(cell_);
  for (auto& cell : record_.cells) wipe(cell);
}

void CsvReader::feed(std::string_view part) {
  for (const char c : part) take(c);
}

void CsvReader::finish() {
  if (at_ == At::kQuoted) record_.fault = "a quote is not closed before the end of the file";
  if (has_cells_ || at_ != At::kStart) end_record();
}

void CsvReader::take(char c) {
  if (at_ == At::kQuoted) {
    if (c == '"') {
      at_ = At::kQuoteInQuoted;
    } else {
      line_ += c == '\n' ? 1 : 0;
      cell_ += c;
    }
    return;
  }
  switch (c) {
    case ',':
      end_cell();
      break;
    case '\n':
      if (at_ != At::kQuoteInQuoted && !cell_.empty() && cell_.back() == '\r') cell_.pop_back();
      if (cell_.empty() && at_ == At::kPlain) at_ = At::kStart;
      ++line_;
      if (has_cells_ || at_ != At::kStart) {
        end_record();
      } else {
        record_.line = line_;
      }
      break;
    case '"':
      if (at_ == At::kStart) {
        at_ = At::kQuoted;
      } else if (at_ == At::kQuoteInQuoted) {
        cell_ += '"';
        at_ = At::kQuoted;
      } else {
        record_.fault = "there is a quote in the middle of a cell";
      }
      break;
    default:
      if (at_ == At::kQuoteInQuoted) {
        if (c != '\r') record_.fault = "there is text behind a closing quote";
        break;
      }
      at_ = At::kPlain;
      cell_ += c;
  }
}

void CsvReader::end_cell() {
  record_.cells.push_back(cell_);
  wipe(cell_);
  at_ = At::kStart;
  has_cells_ = true;
}

void CsvReader::end_record() {
  end_cell();
  visit_(record_);
  for (auto& cell : record_.cells) wipe(cell);
  record_.cells.clear();
  record_.fault = nullptr;
  record_.line = line_;
  has_cells_ = false;
}

}  // namespace sallyport
