// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "agent/base/result.hpp"

namespace sallyport {

/// Where this ABI's objects are pinned: maps in `maps`, links in `links`.
struct PinDirectory {
  std::string maps;
  std::string links;
};

/// Makes the directories below `root`, which must be on a bpffs that can be written. Pins of
/// other ABI versions beside ours are named in `notes`.
[[nodiscard]] Result<PinDirectory> make_pin_directory(const std::string& root,
                                                      std::vector<std::string>& notes);

[[nodiscard]] PinDirectory pin_directory_of(const std::string& root);

/// Where an interface's link is pinned.
[[nodiscard]] std::string link_pin_of(const PinDirectory& pins, const std::string& interface);

/// Interfaces that have a link pinned.
[[nodiscard]] std::vector<std::string> pinned_interfaces(const PinDirectory& pins);

/// Removes pins and directories of this ABI version; says what it removed.
[[nodiscard]] Result<std::vector<std::string>> remove_pins(const std::string& root);

}  // namespace sallyport
