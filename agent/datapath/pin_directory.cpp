// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/pin_directory.hpp"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "bpf/abi/layout.h"

namespace sallyport {
namespace {

namespace fs = std::filesystem;

const std::string kVersion = "v" + std::to_string(SP_ABI_VERSION);

/// The nearest ancestor that exists decides which file system the pins would be on.
Result<void> check_bpffs(const fs::path& root) {
  fs::path present = root;
  std::error_code ignored;
  while (!fs::exists(present, ignored) && present.has_parent_path() &&
         present != present.parent_path()) {
    present = present.parent_path();
  }
  struct statfs info {};
  if (statfs(present.c_str(), &info) != 0) {
    return system_failure(errno, "pin directory " + root.string());
  }
  if (info.f_type != BPF_FS_MAGIC) {
    return failure(Errc::kUnavailable, "pin directory " + root.string() + " is not on a bpffs",
                   "mount one: mount -t bpf bpf /sys/fs/bpf");
  }
  return {};
}

/// Read to the end first, so that what is found may be removed. Empty where it can't be read.
std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    names.push_back(at->path().filename().string());
  }
  return names;
}

/// A bpffs takes no dot in a name and an interface's name has no colon, while eth0.100 is common.
std::string with(std::string name, char from, char to) {
  std::replace(name.begin(), name.end(), from, to);
  return name;
}

Result<void> make_directory(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (!error) return {};
  return system_failure(error.value(), "making " + path,
                        "the agent needs to write below its pin directory");
}

}  // namespace

PinDirectory pin_directory_of(const std::string& root) {
  return {.maps = root + "/" + kVersion + "/maps", .links = root + "/" + kVersion + "/links"};
}

Result<PinDirectory> make_pin_directory(const std::string& root, std::vector<std::string>& notes) {
  if (auto good = check_bpffs(root); !good) return good.error();
  auto pins = pin_directory_of(root);
  for (const auto& path : {pins.maps, pins.links}) {
    if (auto made = make_directory(path); !made) return made.error();
  }
  for (const auto& name : names_in(root)) {
    if (name == kVersion || name.front() != 'v') continue;
    notes.push_back("pins of ABI " + name + " are beside ours (" + kVersion + ") in " + root +
                    "; the version that made them removes them: sallyportd --detach");
  }
  return pins;
}

std::string link_pin_of(const PinDirectory& pins, const std::string& interface) {
  return pins.links + "/" + with(interface, '.', ':');
}

std::vector<std::string> pinned_interfaces(const PinDirectory& pins) {
  auto names = names_in(pins.links);
  for (auto& name : names) name = with(name, ':', '.');
  return names;
}

Result<std::vector<std::string>> remove_pins(const std::string& root) {
  std::vector<std::string> removed;
  const auto pins = pin_directory_of(root);
  for (const auto& directory : {pins.links, pins.maps}) {
    for (const auto& name : names_in(directory)) {
      const std::string path = directory + "/" + name;
      if (unlink(path.c_str()) != 0) return system_failure(errno, "removing pin " + path);
      removed.push_back("pin " + path);
    }
  }
  // From the inside out; a directory that others have come to use stays.
  std::error_code in_use;
  for (const auto& directory : {pins.links, pins.maps, root + "/" + kVersion, root}) {
    fs::remove(directory, in_use);
  }
  return removed;
}

}  // namespace sallyport
