// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/value.hpp>
#include <cstring>

#include "agent/base/key_format.hpp"
#include "control/cli/import_readers.hpp"
#include "control/cli/import_row.hpp"

namespace sallyport {
namespace {

namespace json = boost::json;

/// What this host has seen of a key: `key list -o json` has it, and it can't be imported.
bool is_of_use(std::string_view name) {
  return name == "last_used_at" || name == "last_source" || name == "recent_minutes";
}

class JsonlImport final : public ImportReader {
 public:
  explicit JsonlImport(ImportRows& rows) : rows_(rows) { text_.reserve(1 << 16); }
  ~JsonlImport() override {
    wipe(text_);
    clean();
  }

  void feed(std::string_view part) override {
    while (!part.empty()) {
      const auto end = part.find('\n');
      append(part.substr(0, end));
      if (end == std::string_view::npos) return;
      part.remove_prefix(end + 1);
      take();
    }
  }
  void finish() override {
    if (!text_.empty()) take();
  }

 private:
  static constexpr std::size_t kLongest = 1 << 16;

  /// Beyond the longest line nothing is kept, so that the text never moves.
  void append(std::string_view part) {
    is_too_long_ = is_too_long_ || text_.size() + part.size() > kLongest;
    if (!is_too_long_) text_.append(part);
  }

  void take() {
    ++line_;
    const bool is_blank = text_.find_first_not_of(" \t\r") == std::string::npos;
    if (is_too_long_) {
      refuse("the line is too long", "write one object a line, at most 64 KiB");
    } else if (!is_blank) {
      take_object();
    }
    wipe(text_);
    is_too_long_ = false;
  }

  // The values live in a buffer of ours, which is wiped.
  void take_object() {
    {
      json::monotonic_resource memory(values_.data(), values_.size());
      json::parser parser(json::storage_ptr(), {}, scratch_.data(), scratch_.size());
      parser.reset(&memory);
      boost::system::error_code failed;
      parser.write(text_, failed);
      if (failed) {
        refuse("not JSON: " + failed.message(), "write one object a line");
      } else {
        const json::value value = parser.release();
        if (value.is_object()) {
          take_members(value.get_object());
        } else {
          refuse("not an object", "write one object a line: {\"tenant\": …, \"user\": …}");
        }
      }
    }
    clean();
  }

  void take_members(const json::object& object) {
    auto row = rows_.make(line_);
    for (const auto& [name, value] : object) {
      const auto* field = find_import_field(name);
      if (field == nullptr && is_of_use(name)) continue;
      if (field == nullptr) {
        return refuse("an object has a member that is not known",
                      "these are: " + import_field_names());
      }
      std::string text;
      if (value.is_int64()) {
        text = std::to_string(value.get_int64());
      } else if (value.is_uint64()) {
        text = std::to_string(value.get_uint64());
      } else if (value.is_string()) {
        text = value.get_string();
      } else if (!value.is_null()) {
        return refuse(std::string(field->name) + " is neither a text nor a whole number", "");
      }
      if (field->name == "key" && !text.empty() && text.size() < 16) rows_.note_short_key();
      auto set = field->set(text, rows_.now(), row);
      wipe(text);
      if (!set) return rows_.refuse(line_, set.error());
    }
    rows_.add(row);
  }

  void refuse(std::string what, std::string remedy) {
    rows_.refuse(line_, failure(Errc::kInvalid, std::move(what), std::move(remedy)));
  }
  void clean() {
    explicit_bzero(values_.data(), values_.size());
    explicit_bzero(scratch_.data(), scratch_.size());
  }

  ImportRows& rows_;
  std::string text_;
  std::uint64_t line_ = 0;
  bool is_too_long_ = false;
  std::array<unsigned char, 4096> values_{};
  std::array<unsigned char, 2048> scratch_{};
};

}  // namespace

std::unique_ptr<ImportReader> read_jsonl(ImportRows& rows) {
  return std::make_unique<JsonlImport>(rows);
}

}  // namespace sallyport
