// SPDX-License-Identifier: Apache-2.0
#include "control/cli/rows.hpp"

#include <boost/json/serialize.hpp>
#include <utility>

namespace sallyport {

Rows::Rows(Output& output, const Invocation& invocation, std::string_view name,
           std::vector<std::string> headings)
    : output_(output),
      form_(output.is_json()            ? Form::kJson
            : invocation.has("--quiet") ? Form::kNames
                                        : Form::kTable),
      name_(name),
      table_{std::move(headings), {}} {}

void Rows::add(const google::protobuf::Message& message, const std::string& name,
               std::vector<std::string> cells) {
  switch (form_) {
    case Form::kJson:
      output_.text((count_ == 0 ? "{\"" + name_ + "\":[" : ",") +
                   boost::json::serialize(to_json(message)));
      break;
    case Form::kNames:
      output_.line(name);
      break;
    case Form::kTable:
      table_.rows.push_back(std::move(cells));
      break;
  }
  ++count_;
}

void Rows::finish() {
  if (form_ == Form::kJson) {
    output_.line(count_ == 0 ? "{\"" + name_ + "\":[]}" : "]}");
  } else if (form_ == Form::kTable) {
    output_.table(table_);
  }
}

}  // namespace sallyport
