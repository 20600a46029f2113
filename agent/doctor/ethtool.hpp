// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/base/unique_fd.hpp"

namespace sallyport {

/// What ethtool(8) shows of one interface, asked by its ioctl. Sees the network namespace in which
/// it was made.
class Ethtool {
 public:
  explicit Ethtool(std::string interface);

  [[nodiscard]] std::optional<unsigned> mtu() const;
  [[nodiscard]] bool is_up() const;
  [[nodiscard]] std::string driver() const;  // "" where there is none to name

  struct Queues {
    unsigned used = 0;
    unsigned most = 0;
  };
  /// That receive.
  [[nodiscard]] std::optional<Queues> queues() const;
  /// Whether a feature ("rx-lro", "rx-gro-hw") is on; false where it is not known.
  [[nodiscard]] bool has(std::string_view feature) const;

 private:
  [[nodiscard]] bool ask(void* command) const;
  [[nodiscard]] std::optional<unsigned> index_of(std::string_view feature) const;

  std::string interface_;
  UniqueFd socket_;
};

}  // namespace sallyport
