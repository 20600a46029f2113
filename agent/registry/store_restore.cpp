// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <utility>

#include "agent/base/unique_fd.hpp"
#include "agent/registry/sqlite_database.hpp"
#include "agent/registry/store_check.hpp"

namespace sallyport {
namespace {

/// Nobody has it open: else its lock is not to be had. A store that is damaged is no hindrance.
Result<void> check_free(const std::string& store) {
  if (::access(store.c_str(), F_OK) != 0) return {};
  auto database = SqliteDatabase::open(store);
  if (database || database.error().code != Errc::kConflict) return {};
  Failure why = database.error();
  why.remedy = "stop the agent first: systemctl stop sallyport";
  return why;
}

/// The agent's user owns the store, whoever restores it.
void give_to_owner(int fd, const std::string& store) {
  struct stat status {};
  const auto directory = std::filesystem::path(store).parent_path();
  const bool is_known = ::stat(store.c_str(), &status) == 0 ||
                        ::stat(directory.empty() ? "." : directory.c_str(), &status) == 0;
  if (is_known && ::fchown(fd, status.st_uid, status.st_gid) != 0) return;  // it is ours then
}

Result<void> copy(const std::string& from, const std::string& to, const std::string& store) {
  const UniqueFd source(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!source) return system_failure(errno, "cannot read " + from);
  ::unlink(to.c_str());
  const UniqueFd made(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!made) return system_failure(errno, "cannot make " + to);
  for (;;) {
    const ssize_t sent = ::sendfile(made.get(), source.get(), nullptr, std::size_t{1} << 20);
    if (sent == 0) break;
    if (sent < 0) return system_failure(errno, "cannot write " + to);
  }
  give_to_owner(made.get(), store);
  if (::fsync(made.get()) != 0) return system_failure(errno, "cannot sync " + to);
  return {};
}

Result<void> rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) == 0) return {};
  return system_failure(errno, "cannot rename " + from + " to " + to);
}

Result<void> sync_directory_of(const std::string& file) {
  const auto directory = std::filesystem::path(file).parent_path();
  const UniqueFd fd(::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd && ::fsync(fd.get()) == 0) return {};
  return system_failure(errno, "cannot sync the directory of " + file);
}

/// "registry.db.replaced", or with a number where that is taken; its journal goes along.
Result<std::string> put_aside(const std::string& store) {
  std::error_code ignored;
  std::string kept = store + ".replaced";
  for (int number = 2; std::filesystem::exists(kept, ignored); ++number) {
    kept = store + ".replaced." + std::to_string(number);
  }
  if (std::filesystem::exists(store + "-wal", ignored)) {
    if (auto done = rename(store + "-wal", kept + "-wal"); !done) return done.error();
  }
  if (auto done = rename(store, kept); !done) return done.error();
  return kept;
}

}  // namespace

Result<Restored> restore_store(const std::string& from, const std::string& store) {
  auto condition = check_store(from);
  if (!condition) return condition.error();
  Restored restored{std::move(*condition), {}};
  if (!restored.condition.faults.empty()) return restored;
  if (auto free = check_free(store); !free) return free.error();
  const std::string fresh = store + ".restoring";
  if (auto copied = copy(from, fresh, store); !copied) {
    ::unlink(fresh.c_str());
    return copied.error();
  }
  if (::access(store.c_str(), F_OK) == 0) {
    auto kept = put_aside(store);
    if (!kept) return kept.error();
    restored.kept = std::move(*kept);
  }
  if (auto done = rename(fresh, store); !done) return done.error();
  if (auto done = sync_directory_of(store); !done) return done.error();
  return restored;
}

}  // namespace sallyport
