// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/server_names.hpp"

#include <array>

namespace sallyport {

namespace {

constexpr std::size_t kLongestHost = 255;

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

}  // namespace

void ServerNames::add(std::string_view name, std::size_t number) {
  std::string key(name);
  for (char& c : key) c = lower(c);
  numbers_.try_emplace(std::move(key), number);
}

std::optional<std::size_t> ServerNames::find(std::string_view host) const noexcept {
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  if (host.empty() || host.size() > kLongestHost) return std::nullopt;
  std::array<char, kLongestHost + 1> text;
  text[0] = '*';
  for (std::size_t i = 0; i < host.size(); ++i) text[i + 1] = lower(host[i]);
  const std::string_view name(text.data() + 1, host.size());
  if (const auto found = numbers_.find(name); found != numbers_.end()) return found->second;
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos || dot == 0) return std::nullopt;
  // The octet before the dot is of the label that the wildcard stands for.
  text[dot] = '*';
  const std::string_view wildcard(text.data() + dot, name.size() - dot + 1);
  const auto found = numbers_.find(wildcard);
  return found != numbers_.end() ? std::optional(found->second) : std::nullopt;
}

}  // namespace sallyport
