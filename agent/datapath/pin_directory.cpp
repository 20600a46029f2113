// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/pin_directory.hpp"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>

namespace sallyport {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kUnfinished = "-new";

PinDirectory below(const std::string& path) {
  return {.path = path, .maps = path + "/maps", .links = path + "/links"};
}

/// The version of a directory of ours by its name, "v4" or "v4-new".
std::optional<unsigned> version_of(std::string_view name) {
  if (name.ends_with(kUnfinished)) name.remove_suffix(kUnfinished.size());
  unsigned version = 0;
  if (!name.starts_with('v')) return std::nullopt;
  const auto [end, error] = std::from_chars(name.data() + 1, name.data() + name.size(), version);
  if (error != std::errc{} || end != name.data() + name.size()) return std::nullopt;
  return version;
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

PinDirectory pin_directory_of(const std::string& root, unsigned version) {
  return below(root + "/v" + std::to_string(version));
}

PinDirectory unfinished_pins_of(const std::string& root, unsigned version) {
  return below(root + "/v" + std::to_string(version) + std::string(kUnfinished));
}

Result<void> check_bpffs(const std::string& root) {
  // The nearest ancestor that exists decides.
  fs::path present = root;
  std::error_code ignored;
  while (!fs::exists(present, ignored) && present.has_parent_path() &&
         present != present.parent_path()) {
    present = present.parent_path();
  }
  struct statfs info {};
  if (statfs(present.c_str(), &info) != 0) {
    return system_failure(errno, "pin directory " + root);
  }
  if (info.f_type != BPF_FS_MAGIC) {
    return failure(Errc::kUnavailable, "pin directory " + root + " is not on a bpffs",
                   "mount one: mount -t bpf bpf /sys/fs/bpf");
  }
  return {};
}

Result<void> make_pin_directory(const PinDirectory& pins) {
  for (const auto& path : {pins.maps, pins.links}) {
    if (auto made = make_directory(path); !made) return made;
  }
  return {};
}

std::vector<unsigned> versions_in(const std::string& root) {
  std::set<unsigned, std::greater<>> versions;
  for (const auto& name : names_in(root)) {
    if (const auto version = version_of(name)) versions.insert(*version);
  }
  return {versions.begin(), versions.end()};
}

bool has_pins(const PinDirectory& pins) {
  return !names_in(pins.maps).empty() || !names_in(pins.links).empty();
}

std::string link_pin_of(const PinDirectory& pins, const std::string& interface) {
  return pins.links + "/" + with(interface, '.', ':');
}

std::vector<std::string> pinned_interfaces(const PinDirectory& pins) {
  auto names = names_in(pins.links);
  for (auto& name : names) name = with(name, ':', '.');
  return names;
}

Result<std::vector<std::string>> remove_pins(const PinDirectory& pins) {
  std::vector<std::string> removed;
  for (const auto& directory : {pins.links, pins.maps}) {
    for (const auto& name : names_in(directory)) {
      const std::string path = directory + "/" + name;
      if (unlink(path.c_str()) != 0) return system_failure(errno, "removing pin " + path);
      removed.push_back("pin " + path);
    }
  }
  // From the inside out; a directory that others have come to use stays.
  std::error_code in_use;
  for (const auto& directory : {pins.links, pins.maps, pins.path}) fs::remove(directory, in_use);
  return removed;
}

}  // namespace sallyport
