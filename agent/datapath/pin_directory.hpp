// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "bpf/abi/layout.h"

namespace sallyport {

/// Where one ABI version's objects are pinned: maps in `maps`, links in `links`. Every version
/// keeps to this layout, so that each can take over from the others, or remove what they left.
struct PinDirectory {
  std::string path;
  std::string maps;
  std::string links;
};

[[nodiscard]] PinDirectory pin_directory_of(const std::string& root,
                                            unsigned version = SP_ABI_VERSION);

/// Where this version's tables are made when there are none yet. They come into force by one
/// rename to `pin_directory_of`; what is found here was abandoned before that.
[[nodiscard]] PinDirectory unfinished_pins_of(const std::string& root,
                                              unsigned version = SP_ABI_VERSION);

/// Whether `root` is, or would be, on a bpffs.
[[nodiscard]] Result<void> check_bpffs(const std::string& root);

/// Makes the directories, below a root on a bpffs that can be written.
[[nodiscard]] Result<void> make_pin_directory(const PinDirectory& pins);

/// Versions that have a directory below `root`, finished or not, the newest first.
[[nodiscard]] std::vector<unsigned> versions_in(const std::string& root);

/// False for a directory that is absent or empty.
[[nodiscard]] bool has_pins(const PinDirectory& pins);

/// Where an interface's link is pinned.
[[nodiscard]] std::string link_pin_of(const PinDirectory& pins, const std::string& interface);

/// Interfaces that have a link pinned.
[[nodiscard]] std::vector<std::string> pinned_interfaces(const PinDirectory& pins);

/// Removes the pins and their directories; says what it removed.
[[nodiscard]] Result<std::vector<std::string>> remove_pins(const PinDirectory& pins);

}  // namespace sallyport
