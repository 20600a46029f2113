// SPDX-License-Identifier: Apache-2.0
#include "control/proto/bounds.hpp"

#include <sallyport/control/v1/control.pb.h>

#include <string_view>

namespace sallyport {
namespace {

using google::protobuf::FieldDescriptor;

/// Continuation bytes that follow this first byte, and the bounds of the first of them; none where
/// no character begins so (Unicode, table 3-7).
struct Sequence {
  int more = -1;
  unsigned char least = 0x80;
  unsigned char most = 0xbf;
};

Sequence sequence_of(unsigned char first) {
  if (first < 0x80) return {0};
  if (first >= 0xc2 && first <= 0xdf) return {1};
  if (first == 0xe0) return {2, 0xa0, 0xbf};
  if (first == 0xed) return {2, 0x80, 0x9f};
  if (first >= 0xe1 && first <= 0xef) return {2};
  if (first == 0xf0) return {3, 0x90, 0xbf};
  if (first >= 0xf1 && first <= 0xf3) return {3};
  if (first == 0xf4) return {3, 0x80, 0x8f};
  return {};
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    auto sequence = sequence_of(static_cast<unsigned char>(text.front()));
    if (sequence.more < 0) return false;
    text.remove_prefix(1);
    for (; sequence.more > 0; --sequence.more) {
      const auto byte = static_cast<unsigned char>(text.empty() ? 0 : text.front());
      if (byte < sequence.least || byte > sequence.most) return false;
      sequence.least = 0x80;
      sequence.most = 0xbf;
      text.remove_prefix(1);
    }
  }
  return true;
}

std::optional<std::string> text_out_of_bounds(const FieldDescriptor& field,
                                              const std::string& text) {
  const auto most = field.options().GetExtension(control::v1::max_bytes);
  if (text.size() > most) {
    return field.name() + " is too long: " + std::to_string(text.size()) + " bytes, at most " +
           std::to_string(most);
  }
  if (!is_utf8(text)) return field.name() + " is not UTF-8";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> out_of_bounds(const google::protobuf::Message& request) {
  const auto& type = *request.GetDescriptor();
  const auto& reflection = *request.GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const auto& field = *type.field(i);
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      if (auto wrong = text_out_of_bounds(field, reflection.GetString(request, &field))) {
        return wrong;
      }
    }
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT64 &&
        reflection.GetInt64(request, &field) < 0) {
      return field.name() + " is before 1970";
    }
  }
  return std::nullopt;
}

}  // namespace sallyport
