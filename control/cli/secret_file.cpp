// SPDX-License-Identifier: Apache-2.0
#include "control/cli/secret_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

namespace sallyport {
namespace {

struct Close {
  void operator()(FILE* file) const noexcept {
    if (file != stdin) fclose(file);
  }
};
using File = std::unique_ptr<FILE, Close>;

Failure unread(const std::string& name, int error) {
  Failure why = system_failure(error, "cannot read " + name);
  why.code = Errc::kUnavailable;
  return why;
}

}  // namespace

Result<void> read_secret_file(const std::string& name,
                              const std::function<void(std::string_view)>& take) {
  const File file(name == "-" ? stdin : fopen(name.c_str(), "re"));
  if (!file) return unread(name, errno);
  setvbuf(file.get(), nullptr, _IONBF, 0);  // no second copy of what may be a secret
  std::vector<char> buffer(std::size_t{1} << 16);
  errno = 0;
  while (const auto size = fread(buffer.data(), 1, buffer.size(), file.get())) {
    take({buffer.data(), size});
  }
  const int error = ferror(file.get()) != 0 ? errno : 0;
  explicit_bzero(buffer.data(), buffer.size());
  if (error != 0) return unread(name, error);
  return {};
}

}  // namespace sallyport
