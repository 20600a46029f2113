// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <google/protobuf/message.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "control/cli/command.hpp"
#include "control/cli/output.hpp"

namespace sallyport {

/// The answer to a list command: an object of one list as JSON, the names alone with --quiet, else
/// a table. Prints JSON and names as they come, so that millions need no memory; the table, whose
/// widths depend on every row, at the end. Prints nothing before the first row or `finish`.
class Rows {
 public:
  /// `name` of the list in JSON.
  Rows(Output& output, const Invocation& invocation, std::string_view name,
       std::vector<std::string> headings);

  /// The row as a message, its name, and its cells in the table.
  void add(const google::protobuf::Message& message, const std::string& name,
           std::vector<std::string> cells);
  void finish();
  [[nodiscard]] bool is_table() const noexcept { return form_ == Form::kTable; }

 private:
  enum class Form { kJson, kNames, kTable };

  Output& output_;
  Form form_;
  std::string name_;
  Table table_;
  std::size_t count_ = 0;
};

}  // namespace sallyport
