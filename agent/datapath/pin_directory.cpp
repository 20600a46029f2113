// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/pin_directory.hpp"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

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
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(root, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name == kVersion || name.empty() || name.front() != 'v') continue;
    notes.push_back("pins of ABI " + name + " are beside ours (" + kVersion + ") in " + root +
                    "; the version that made them removes them: sallyportd --detach");
  }
  return pins;
}

Result<std::vector<std::string>> remove_pins(const std::string& root) {
  std::vector<std::string> removed;
  const auto pins = pin_directory_of(root);
  std::error_code error;
  for (const auto& directory : {pins.links, pins.maps}) {
    for (const auto& entry : fs::directory_iterator(directory, error)) {
      if (!fs::remove(entry.path(), error)) continue;
      removed.push_back("pin " + entry.path().string());
    }
    fs::remove(directory, error);
  }
  fs::remove(root + "/" + kVersion, error);
  fs::remove(root, error);
  if (fs::exists(pins.maps, error)) {
    return failure(Errc::kDenied, "some pins below " + root + " could not be removed");
  }
  return removed;
}

}  // namespace sallyport
