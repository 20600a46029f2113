// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/result.hpp"

namespace sallyport {

/// A program on an interface, whoever put it there.
struct AttachedProgram {
  enum class Hook { kXdpNative, kXdpGeneric, kXdpOffload, kTcIngress, kTcEgress };

  Hook hook = Hook::kXdpNative;
  std::uint32_t id = 0;  // 0: the kernel did not say
  std::string name;
  std::uint32_t owner_uid = 0;  // who loaded it
  bool is_ours = false;
  bool is_dispatcher = false;  // libxdp's: others, and we, may be in it
};

/// XDP programs, filters of clsact, and (from Linux 6.6 on) tcx programs.
[[nodiscard]] Result<std::vector<AttachedProgram>> programs_on(unsigned interface_index);

/// Whether the driver runs XDP natively; nullopt where the kernel does not tell (before 6.3).
[[nodiscard]] std::optional<bool> has_native_xdp(unsigned interface_index);

}  // namespace sallyport
