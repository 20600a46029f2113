// SPDX-License-Identifier: Apache-2.0
#include "agent/config/config_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "agent/base/unique_fd.hpp"

namespace sallyport {
namespace {

constexpr std::size_t kMaxText = 1U << 20;  // bytes

Failure cannot_read(const std::string& path, int error_number) {
  const char* remedy = "";
  if (error_number == ENOENT) remedy = "name another one with --config, or write it";
  if (error_number == EACCES) remedy = "the agent's user must be able to read it";
  return system_failure(error_number, "cannot read the configuration " + path, remedy);
}

}  // namespace

Result<std::string> read_config_file(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return cannot_read(path, errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return cannot_read(path, errno);
  if (!S_ISREG(status.st_mode)) {
    return failure(Errc::kInvalid, "the configuration " + path + " is not a regular file",
                   S_ISDIR(status.st_mode) ? "it is a directory: name a file in it" : "");
  }
  // One byte more than is allowed tells a file that is too large, also one that grows.
  std::string text(kMaxText + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = ::read(file.get(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return cannot_read(path, errno);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  if (size > kMaxText) {
    return failure(Errc::kInvalid, "the configuration " + path + " is larger than 1 MiB",
                   "is it the right file?");
  }
  text.resize(size);
  text.shrink_to_fit();
  return text;
}

}  // namespace sallyport
