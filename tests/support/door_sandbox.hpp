// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/config/config.hpp"
#include "tests/support/packet_builder.hpp"

namespace sallyport::test {

/// Moves this process into network and mount namespaces of its own, with a bpffs for us, one
/// for libxdp, and a veth pair:
///
///   peer ───────── edge    (both here; frames sent on peer arrive on edge)
///
/// Everything is gone with the next sandbox or the process. Before any thread is started.
class DoorSandbox {
 public:
  /// Throws std::runtime_error; check `lack()` first.
  DoorSandbox();
  ~DoorSandbox();
  DoorSandbox(const DoorSandbox&) = delete;
  DoorSandbox& operator=(const DoorSandbox&) = delete;

  /// Why it can't be made here (not root); empty when it can.
  [[nodiscard]] static std::string lack();

  /// `interfaces` with the sandbox's bpffs and small tables.
  [[nodiscard]] OuterDoorConfig config(std::vector<std::string> interfaces) const;
  [[nodiscard]] const std::string& bpffs() const noexcept { return directory_; }

  /// Runs `ip`, `tc` or `xdp-filter` as given; throws when it fails.
  static void command(const std::string& line);

  /// Sends a frame on `interface`, to come in at its peer.
  static void send(const std::string& interface, const Bytes& frame);

  /// Kernel ids; 0: none there.
  [[nodiscard]] static std::uint32_t xdp_program_on(const std::string& interface);
  [[nodiscard]] static std::uint32_t tc_program_on(const std::string& interface,
                                                   std::uint32_t priority = 0x5350);  // ours
  [[nodiscard]] static std::uint32_t link_id(const std::string& pin);

 private:
  std::string directory_;
};

}  // namespace sallyport::test
