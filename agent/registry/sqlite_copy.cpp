// SPDX-License-Identifier: Apache-2.0
// A copy of the store while it is in use.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "agent/base/unique_fd.hpp"
#include "agent/registry/sqlite_store.hpp"

namespace sallyport {
namespace {

constexpr int kPagesInStep = 1024;  // 4 MB

struct CloseHandle {
  void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
};
struct Finish {
  void operator()(sqlite3_backup* backup) const noexcept { sqlite3_backup_finish(backup); }
};

/// What changes between two steps goes through the same handle, by which SQLite changes the copy
/// too: it is of the moment of its last step.
class SqliteCopy final : public StoreCopy {
 public:
  SqliteCopy(std::string file, sqlite3* handle) : file_(std::move(file)), handle_(handle) {}

  Result<void> begin(sqlite3* source) {
    const char* tune = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF";
    if (sqlite3_exec(handle_.get(), tune, nullptr, nullptr, nullptr) != SQLITE_OK) return wrong();
    backup_.reset(sqlite3_backup_init(handle_.get(), "main", source, "main"));
    return backup_ ? Result<void>() : wrong();
  }

  Result<bool> step() override {
    const int code = sqlite3_backup_step(backup_.get(), kPagesInStep);
    if (code == SQLITE_OK) return true;
    if (code != SQLITE_DONE) return wrong().error();
    backup_.reset();
    handle_.reset();
    const UniqueFd written(::open(file_.c_str(), O_RDONLY | O_CLOEXEC));
    if (written && ::fsync(written.get()) == 0) return false;
    return system_failure(errno, "cannot sync " + file_);
  }

 private:
  Result<void> wrong() const {
    const int code = handle_ ? sqlite3_errcode(handle_.get()) : SQLITE_NOMEM;
    return failure((code & 0xff) == SQLITE_FULL ? Errc::kFull : Errc::kUnavailable,
                   "the copy " + file_ + " cannot be written: " + sqlite3_errstr(code),
                   "it needs as much space beside the store as the store has");
  }

  const std::string file_;
  std::unique_ptr<sqlite3, CloseHandle> handle_;
  std::unique_ptr<sqlite3_backup, Finish> backup_;  // finished before the handle is closed
};

}  // namespace

Result<std::unique_ptr<StoreCopy>> SqliteStore::copy_to(const std::string& file) {
  const UniqueFd made(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!made) return system_failure(errno, "cannot make " + file);
  sqlite3* handle = nullptr;
  sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READWRITE, nullptr);
  auto copy = std::make_unique<SqliteCopy>(file, handle);
  if (auto begun = copy->begin(database_.handle()); !begun) return begun.error();
  return std::unique_ptr<StoreCopy>(std::move(copy));
}

}  // namespace sallyport
