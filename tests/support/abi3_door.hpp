// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "agent/base/unique_fd.hpp"
#include "agent/datapath/pin_directory.hpp"

namespace sallyport::test {

/// What an agent of ABI version 3 left: its maps, with the sizes of that version and not of the
/// present one, and a program that drops everything on one interface, behind a pinned link.
/// `version` is what it says of itself.
class Abi3Door {
 public:
  static constexpr std::uint32_t kSources = 64, kConnections = 64, kSlots = 16, kVerdicts = 21;
  static constexpr std::uint32_t kKeyRevoked = 15;  // DROP_KEY_REVOKED as version 3 numbered it

  struct Control {
    std::uint32_t abi_version, flags;
    std::uint64_t seed;
    std::uint32_t sample_drops, sample_passes;
    std::uint64_t pace_cost_ns, pace_burst_ns;
  };
  static_assert(sizeof(Control) == 40);
  struct Counter {
    std::uint64_t packets, bytes, observed_packets, observed_bytes;
  };

  /// Throws std::runtime_error where the kernel refuses any of it.
  Abi3Door(const std::string& root, const std::string& interface, unsigned version = 3);

  /// Puts the same program on another interface.
  void attach(const std::string& interface) const;
  /// One of its maps; throws where it is not pinned.
  [[nodiscard]] UniqueFd map(const std::string& name) const;
  template <class Key, class Value>
  void put(const std::string& name, const Key& key, const Value& value) const {
    put_bytes(name, &key, &value);
  }
  void set_control(std::uint32_t version, std::uint32_t flags) const;
  /// The same on every CPU.
  void set_counter(std::uint32_t verdict, const Counter& counter) const;

  [[nodiscard]] const PinDirectory& pins() const noexcept { return pins_; }
  static constexpr std::uint64_t kSeed = 0x9e3779b97f4a7c15;

 private:
  void put_bytes(const std::string& name, const void* key, const void* value) const;

  PinDirectory pins_;
  UniqueFd program_;
};

/// The kernel's id of a pinned map; 0: none there.
[[nodiscard]] std::uint32_t pinned_map_id(const std::string& path);

}  // namespace sallyport::test
