// SPDX-License-Identifier: Apache-2.0
#include "agent/http/message.hpp"

#include "agent/http/octets.hpp"

namespace sallyport {

bool iequals(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower_octet(a[i]) != lower_octet(b[i])) return false;
  }
  return true;
}

std::string_view HeaderFields::find(std::string_view name) const noexcept {
  for (const HeaderField& field : all()) {
    if (field.name.size() == name.size() && iequals(field.name, name)) return field.value;
  }
  return {};
}

bool HeaderFields::add(HeaderField field) noexcept {
  if (size_ == fields_.size()) return false;
  fields_[size_++] = field;
  return true;
}

}  // namespace sallyport
