// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <google/protobuf/message.h>
#include <sallyport/control/v1/control.pb.h>

#include <boost/json/value.hpp>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "agent/base/time_text.hpp"

namespace sallyport {

enum class Format { kTable, kJson };

/// A message as JSON: the API's field names, enum values in lower case without their prefix,
/// every field present, bytes in hexadecimal.
[[nodiscard]] boost::json::value to_json(const google::protobuf::Message& message);

/// Rows of text under headings, aligned. A cell of digits is set right.
struct Table {
  std::vector<std::string> headings;
  std::vector<std::vector<std::string>> rows;
};

/// What a command prints.
class Output {
 public:
  Output(std::ostream& out, Format format) : out_(out), format_(format) {}

  [[nodiscard]] bool is_json() const noexcept { return format_ == Format::kJson; }

  void json(const boost::json::value& value);  // one line
  void table(const Table& table);              // headings alone where there are no rows
  void line(std::string_view text);
  void text(std::string_view text);  // as it is, no line end
  /// Whether all that was printed has been taken.
  [[nodiscard]] bool flush();
  /// A receipt: `done` in one line, then what acknowledged it; as JSON the receipt alone.
  void receipt(std::string_view done, const control::v1::Receipt& receipt);
  void receipt_lines(const control::v1::Receipt& receipt);

 private:
  std::ostream& out_;
  Format format_;
};

/// What became of a user or a tenant and of its keys.
[[nodiscard]] std::string show_lifecycle(control::v1::Lifecycle state, const std::string& what,
                                         const control::v1::Receipt& receipt);

/// An enum value's name in lower case without its type's prefix: KEY_STATE_ACTIVE → "active".
[[nodiscard]] std::string enum_word(const google::protobuf::EnumDescriptor& type, int value);

}  // namespace sallyport
