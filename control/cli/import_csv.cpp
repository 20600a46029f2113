// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "control/cli/csv_reader.hpp"
#include "control/cli/import_readers.hpp"
#include "control/cli/import_row.hpp"

namespace sallyport {
namespace {

class CsvImport final : public ImportReader {
 public:
  explicit CsvImport(ImportRows& rows) : rows_(rows) {}

  void feed(std::string_view part) override {
    constexpr std::string_view kMark = "\xef\xbb\xbf";  // of UTF-8, by some spreadsheets
    for (; marked_ < kMark.size() && !part.empty(); ++marked_) {
      if (part.front() != kMark[marked_]) marked_ = kMark.size();
      if (marked_ == kMark.size()) break;
      part.remove_prefix(1);
    }
    reader_.feed(part);
  }
  void finish() override { reader_.finish(); }

 private:
  void take(const CsvRecord& record) {
    if (record.fault != nullptr) {
      return refuse(record, record.fault, "a quote inside a quoted cell is written twice");
    }
    if (columns_.empty()) return take_header(record);
    if (is_lost_) return;
    if (record.cells.size() != columns_.size()) {
      return refuse(record,
                    std::to_string(record.cells.size()) + " cells instead of " +
                        std::to_string(columns_.size()),
                    "quote a cell that has a comma in it");
    }
    auto row = rows_.make(record.line);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (auto set = columns_[i]->set(record.cells[i], rows_.now(), row); !set) {
        return rows_.refuse(record.line, set.error());
      }
      if (columns_[i]->name == "key" && !record.cells[i].empty() && record.cells[i].size() < 16) {
        rows_.note_short_key();
      }
    }
    rows_.add(row);
  }

  void take_header(const CsvRecord& record) {
    for (const auto& cell : record.cells) {
      const auto* field = find_import_field(cell);
      const bool is_new = std::find(columns_.begin(), columns_.end(), field) == columns_.end();
      if (field != nullptr && is_new) {
        columns_.push_back(field);
        continue;
      }
      is_lost_ = true;
      refuse(record,
             "column " + std::to_string(&cell - record.cells.data() + 1) +
                 (field == nullptr ? " has no name that is known" : " is there twice"),
             "the first line names the columns: " + import_field_names());
      columns_.assign(1, find_import_field("user"));
      return;
    }
  }

  void refuse(const CsvRecord& record, std::string what, std::string remedy) {
    rows_.refuse(record.line, failure(Errc::kInvalid, std::move(what), std::move(remedy)));
  }

  ImportRows& rows_;
  CsvReader reader_{[this](const CsvRecord& record) { take(record); }};
  std::vector<const ImportField*> columns_;
  std::size_t marked_ = 0;  // bytes of the mark that may begin the file
  bool is_lost_ = false;    // the header is wrong: nothing can be said of what follows
};

}  // namespace

std::unique_ptr<ImportReader> read_csv(ImportRows& rows) {
  return std::make_unique<CsvImport>(rows);
}

}  // namespace sallyport
