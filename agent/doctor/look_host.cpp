// SPDX-License-Identifier: Apache-2.0
#include <linux/magic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include "agent/doctor/look.hpp"

namespace sallyport {
namespace {

namespace fs = std::filesystem;

/// Of the directory, or of the one in which it would be made.
bool is_on_bpffs(fs::path path) {
  for (;; path = path.parent_path()) {
    struct statfs status {};
    if (::statfs(path.c_str(), &status) == 0) return status.f_type == BPF_FS_MAGIC;
    if (errno != ENOENT || !path.has_relative_path()) return false;
  }
}

std::optional<bool> has_jit() {
  std::ifstream in("/proc/sys/net/core/bpf_jit_enable");  // not in other network namespaces
  int enabled = 0;
  if (!(in >> enabled)) return std::nullopt;
  return enabled != 0;
}

std::optional<bool> is_clock_synchronised() {
  timex clock{};  // only reads
  const int state = ::adjtimex(&clock);
  if (state < 0) return std::nullopt;
  return state != TIME_ERROR && (clock.status & STA_UNSYNC) == 0;
}

}  // namespace

HostFacts look_at_host(const std::string& pin_directory) {
  HostFacts facts;
  utsname names{};
  if (::uname(&names) == 0) {
    (void)std::sscanf(names.release, "%u.%u", &facts.kernel_major, &facts.kernel_minor);
  }
  facts.cpus = std::max(1U, std::thread::hardware_concurrency());
  facts.page_bytes = static_cast<unsigned>(::sysconf(_SC_PAGESIZE));
  facts.has_btf = ::access("/sys/kernel/btf/vmlinux", R_OK) == 0;
  facts.has_bpffs = is_on_bpffs(pin_directory);
  rlimit locked{};
  facts.has_unlimited_memlock =
      ::getrlimit(RLIMIT_MEMLOCK, &locked) != 0 || locked.rlim_cur == RLIM_INFINITY;
  facts.has_jit = has_jit();
  facts.is_clock_synchronised = is_clock_synchronised();
  return facts;
}

FileFacts look_at_file(const std::string& path) {
  FileFacts facts;
  facts.path = path;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    facts.error = errno;
  } else {
    facts.mode = status.st_mode & 07777;
  }
  return facts;
}

}  // namespace sallyport
