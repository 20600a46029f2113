// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "bpf/abi/control.h"

namespace sallyport {

/// The control row among the maps pinned in `maps`, of whatever version: struct sp_control only
/// ever grows at its end, so the fields that both have are read, and the others are 0. Nothing
/// where it is not there, or can't be read.
[[nodiscard]] std::optional<sp_control> read_pinned_control(const std::string& maps);

}  // namespace sallyport
