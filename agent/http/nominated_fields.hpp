// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>

#include "agent/http/field_section.hpp"
#include "agent/http/octets.hpp"

namespace sallyport {

/// Many upstreams fold '_' and '-' into one (CGI), so a name in either spelling is the same name.
/// `b` is at least as long as `a`.
[[nodiscard]] constexpr bool same_field_name(std::string_view a, std::string_view b) noexcept {
  constexpr auto fold = [](char c) { return c == '_' ? '-' : lower_octet(c); };
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (fold(a[i]) != fold(b[i])) return false;
  }
  return true;
}

/// Names to leave out of a head: those that its Connection fields name, and others. Most fields
/// differ from all of them in length, so that is asked first.
class NominatedFields {
 public:
  using Names = std::span<const std::string_view>;

  explicit NominatedFields(const HeaderFields& fields) noexcept {
    for (const HeaderField& field : fields.all()) {
      if (!iequals(field.name, "connection")) continue;
      std::string_view list = field.value;
      for (auto name = next_item(list); !name.empty(); name = next_item(list)) take(name);
    }
  }

  void add(Names names) noexcept {
    for (const std::string_view name : names) lengths_ |= bit(name);
  }
  void add(std::span<const HeaderField> fields) noexcept {
    for (const HeaderField& field : fields) lengths_ |= bit(field.name);
  }

  /// False: it is none of them.
  [[nodiscard]] bool may_hold(std::string_view name) const noexcept {
    return (lengths_ & bit(name)) != 0;
  }
  [[nodiscard]] bool is_nominated(std::string_view name) const noexcept {
    return holds({nominated_.data(), count_}, name);
  }
  [[nodiscard]] static bool holds(Names names, std::string_view name) noexcept {
    for (const std::string_view one : names) {
      if (one.size() == name.size() && same_field_name(one, name)) return true;
    }
    return false;
  }

 private:
  void take(std::string_view name) noexcept {
    if (count_ < nominated_.size()) nominated_[count_++] = name;
    lengths_ |= bit(name);
  }
  static std::uint64_t bit(std::string_view name) noexcept {
    return std::uint64_t{1} << (name.size() % 64);
  }

  std::array<std::string_view, kMaxConnectionOptions> nominated_;
  std::size_t count_ = 0;
  std::uint64_t lengths_ = 0;
};

}  // namespace sallyport
