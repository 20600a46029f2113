// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace sallyport {

/// Which of several certificates a client is shown for the host that it names (RFC 6066 section
/// 3): one that has the name, else one with a wildcard in place of its first label (RFC 6125
/// section 6.4.3). Pure; a look-up allocates nothing.
class ServerNames {
 public:
  /// A name of certificate `number`: "api.example", or "*.example". Who has a name first keeps it.
  void add(std::string_view name, std::size_t number);
  [[nodiscard]] std::optional<std::size_t> find(std::string_view host) const noexcept;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> numbers_;  // lower case
};

}  // namespace sallyport
