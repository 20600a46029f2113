// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "agent/base/result.hpp"
#include "tools/trafficgen/options.hpp"

namespace sallyport::trafficgen {

/// One end of a veth pair, as the kernel describes it.
struct Veth {
  unsigned index = 0;
  MacAddress mac{};
  std::optional<MacAddress> peer_mac;  // none: the peer's namespace can't be asked
  bool is_up = false;
};

/// Fails for an interface that is absent or that is no veth: generated traffic must never reach
/// a wire.
[[nodiscard]] Result<Veth> find_veth(const std::string& name);

/// Frames that the peer has taken from this interface so far.
[[nodiscard]] Result<std::uint64_t> taken_by_peer(unsigned index);

}  // namespace sallyport::trafficgen
