// SPDX-License-Identifier: Apache-2.0
#include "control/cli/output.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cctype>
#include <iomanip>
#include <sstream>

namespace sallyport {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string hexadecimal(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    text += {kDigits[value / 16], kDigits[value % 16]};
  }
  return text;
}

/// `index` < 0: the field is not repeated.
boost::json::value field_json(const Message& message, const FieldDescriptor& field, int index) {
  const auto& reflection = *message.GetReflection();
  const bool repeated = index >= 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return to_json(repeated ? reflection.GetRepeatedMessage(message, &field, index)
                              : reflection.GetMessage(message, &field));
    case FieldDescriptor::CPPTYPE_STRING:
      if (field.type() == FieldDescriptor::TYPE_BYTES) {
        return boost::json::value(hexadecimal(reflection.GetString(message, &field)));
      }
      return boost::json::value(repeated ? reflection.GetRepeatedString(message, &field, index)
                                         : reflection.GetString(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return boost::json::value(reflection.GetBool(message, &field));
    case FieldDescriptor::CPPTYPE_ENUM:
      return boost::json::value(
          enum_word(*field.enum_type(), reflection.GetEnumValue(message, &field)));
    case FieldDescriptor::CPPTYPE_INT64:
      return boost::json::value(reflection.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return boost::json::value(reflection.GetUInt64(message, &field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return boost::json::value(reflection.GetUInt32(message, &field));
    default:
      return nullptr;  // the API has no other types
  }
}

bool is_number(const std::string& cell) {
  return !cell.empty() && std::all_of(cell.begin(), cell.end(),
                                      [](unsigned char c) { return std::isdigit(c) != 0; });
}

std::string milliseconds(std::uint64_t microseconds) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(3) << static_cast<double>(microseconds) / 1000.0 << " ms";
  return text.str();
}

}  // namespace

boost::json::value to_json(const Message& message) {
  boost::json::object object;
  const auto& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const auto& field = *type.field(i);
    if (!field.is_repeated()) {
      object[field.name()] = field_json(message, field, -1);
      continue;
    }
    boost::json::array items;
    for (int at = 0; at < message.GetReflection()->FieldSize(message, &field); ++at) {
      items.push_back(field_json(message, field, at));
    }
    object[field.name()] = std::move(items);
  }
  return object;
}

void Output::json(const boost::json::value& value) {
  out_ << boost::json::serialize(value) << "\n";
}

void Output::table(const Table& table) {
  std::vector<std::size_t> widths;
  for (const auto& heading : table.headings) widths.push_back(heading.size());
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  const auto print = [&](const std::vector<std::string>& row) {
    std::string text;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - row[i].size(), ' ');
      if (i > 0) text += "  ";
      text += is_number(row[i]) ? padding + row[i] : row[i] + padding;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out_ << text << "\n";
  };
  print(table.headings);
  for (const auto& row : table.rows) print(row);
}

bool Output::flush() {
  return static_cast<bool>(out_.flush());
}

void Output::line(std::string_view text) {
  out_ << text << "\n";
}

void Output::text(std::string_view text) {
  out_ << text;
}

void Output::receipt(std::string_view done, const control::v1::Receipt& receipt) {
  if (is_json()) return json(to_json(receipt));
  line(done);
  receipt_lines(receipt);
}

void Output::receipt_lines(const control::v1::Receipt& receipt) {
  out_ << "  revision     " << receipt.revision() << "\n";
  out_ << "  store        " << milliseconds(receipt.store_us()) << "\n";
  out_ << "  kernel       "
       << (receipt.kernel_done() ? milliseconds(receipt.kernel_us())
                                 : std::string("not there: the inner door holds it alone"))
       << "\n";
  out_ << "  terminator   "
       << (receipt.terminator_done() ? milliseconds(receipt.terminator_us())
                                     : std::string("has not acknowledged"))
       << ", " << receipt.connections() << " connection" << (receipt.connections() == 1 ? "" : "s")
       << " cut\n";
}

std::string show_lifecycle(control::v1::Lifecycle state, const std::string& what,
                           const control::v1::Receipt& receipt) {
  if (state == control::v1::LIFECYCLE_ACTIVE) return "resumed " + what;
  const bool is_removal = state == control::v1::LIFECYCLE_REMOVED;
  const std::string keys =
      std::to_string(receipt.keys()) + (receipt.keys() == 1 ? " key" : " keys");
  return is_removal ? "removed " + what + " and revoked " + keys
                    : "suspended " + what + " and with it " + keys;
}

std::string enum_word(const google::protobuf::EnumDescriptor& type, int value) {
  const auto* found = type.FindValueByNumber(value);
  if (found == nullptr) return std::to_string(value);
  // Every type's first value is PREFIX_UNSPECIFIED.
  const std::string& first = type.value(0)->name();
  std::string word = found->name().substr(first.size() - std::string_view("UNSPECIFIED").size());
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return word;
}

}  // namespace sallyport
