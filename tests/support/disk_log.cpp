// SPDX-License-Identifier: Apache-2.0
#include "tests/support/disk_log.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <new>

namespace sallyport::test {
namespace {

DiskLog* the_log = nullptr;
sqlite3_vfs* real_vfs = nullptr;

/// Stands before the real file, which lies behind it in SQLite's memory.
struct LoggedFile {
  sqlite3_file base{};
  std::string name;
};

sqlite3_file* real_of(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(LoggedFile));
}
const std::string& name_of(sqlite3_file* file) {
  return reinterpret_cast<LoggedFile*>(file)->name;
}
std::string last_part(const char* path) {
  const std::string text = path;
  return text.substr(text.rfind('/') + 1);
}

int close(sqlite3_file* file) {
  const int code = real_of(file)->pMethods->xClose(real_of(file));
  reinterpret_cast<LoggedFile*>(file)->~LoggedFile();
  return code;
}
int read(sqlite3_file* file, void* out, int size, sqlite3_int64 at) {
  return real_of(file)->pMethods->xRead(real_of(file), out, size, at);
}
int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
  the_log->note({DiskStep::Kind::kWrite, name_of(file), static_cast<std::size_t>(at),
                 std::string(static_cast<const char*>(data), static_cast<std::size_t>(size))});
  return real_of(file)->pMethods->xWrite(real_of(file), data, size, at);
}
int truncate(sqlite3_file* file, sqlite3_int64 size) {
  the_log->note({DiskStep::Kind::kTruncate, name_of(file), static_cast<std::size_t>(size)});
  return real_of(file)->pMethods->xTruncate(real_of(file), size);
}
int sync(sqlite3_file* file, int) {
  the_log->note({DiskStep::Kind::kSync, name_of(file)});
  return SQLITE_OK;
}
int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return real_of(file)->pMethods->xFileSize(real_of(file), size);
}
int lock(sqlite3_file* file, int level) {
  return real_of(file)->pMethods->xLock(real_of(file), level);
}
int unlock(sqlite3_file* file, int level) {
  return real_of(file)->pMethods->xUnlock(real_of(file), level);
}
int check_lock(sqlite3_file* file, int* out) {
  return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}
int control(sqlite3_file* file, int what, void* argument) {
  return real_of(file)->pMethods->xFileControl(real_of(file), what, argument);
}
int sector_size(sqlite3_file* file) {
  return real_of(file)->pMethods->xSectorSize(real_of(file));
}
int traits(sqlite3_file* file) {
  return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

// Version 1: no shared memory, which a store that one process has for itself does without.
const sqlite3_io_methods kMethods = {1,       close,       read,    write,   truncate,
                                     sync,    file_size,   lock,    unlock,  check_lock,
                                     control, sector_size, traits,  nullptr, nullptr,
                                     nullptr, nullptr,     nullptr, nullptr};

int open(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  auto* logged = new (file) LoggedFile;
  const int code = real_vfs->xOpen(real_vfs, path, real_of(file), flags, out_flags);
  if (code != SQLITE_OK) {
    logged->~LoggedFile();
    file->pMethods = nullptr;
    return code;
  }
  logged->name = path != nullptr ? last_part(path) : "temporary";
  file->pMethods = &kMethods;
  the_log->note({DiskStep::Kind::kCreate, logged->name});
  return code;
}

int remove(sqlite3_vfs*, const char* path, int sync_directory) {
  the_log->note({DiskStep::Kind::kRemove, last_part(path)});
  return real_vfs->xDelete(real_vfs, path, sync_directory);
}

sqlite3_vfs logging_vfs;

void apply(const DiskStep& step, std::string& content, std::size_t length) {
  if (step.kind == DiskStep::Kind::kTruncate) return content.resize(step.at);
  if (content.size() < step.at + length) content.resize(step.at + length);
  std::copy_n(step.data.begin(), length, content.begin() + static_cast<std::ptrdiff_t>(step.at));
}

/// A file: what is on the disk for certain, and what may be.
struct Content {
  std::string synced;
  std::vector<const DiskStep*> unsynced;

  void sync() {
    for (const auto* step : unsynced) apply(*step, synced, step->data.size());
    unsynced.clear();
  }
};

}  // namespace

DiskLog::DiskLog() {
  the_log = this;
  real_vfs = sqlite3_vfs_find(nullptr);
  logging_vfs = *real_vfs;
  logging_vfs.zName = "logged-by-a-test";
  logging_vfs.szOsFile = real_vfs->szOsFile + static_cast<int>(sizeof(LoggedFile));
  logging_vfs.xOpen = open;
  logging_vfs.xDelete = remove;
  sqlite3_vfs_register(&logging_vfs, 1);
}

DiskLog::~DiskLog() {
  sqlite3_vfs_unregister(&logging_vfs);
  sqlite3_vfs_register(real_vfs, 1);
}

void DiskLog::play(std::size_t cut, Unsynced unsynced, const std::string& directory,
                   const std::function<bool()>& choose) const {
  std::map<std::string, Content> files;
  for (std::size_t at = 0; at < cut; ++at) {
    const DiskStep& step = steps_[at];
    Content& file = files[step.file];
    switch (step.kind) {
      case DiskStep::Kind::kCreate:
        break;
      case DiskStep::Kind::kSync:
        file.sync();
        break;
      case DiskStep::Kind::kRemove:
        files.erase(step.file);
        break;
      default:
        file.unsynced.push_back(&step);
    }
  }
  for (auto& [name, file] : files) {
    if (unsynced == Unsynced::kReordered) {
      std::erase_if(file.unsynced, [&](const DiskStep*) { return !choose(); });
    }
    if (unsynced != Unsynced::kLost) {
      for (const auto* step : file.unsynced) {
        const bool is_torn = unsynced == Unsynced::kTorn && step == file.unsynced.back();
        apply(*step, file.synced, is_torn ? step->data.size() / 2 : step->data.size());
      }
    }
    std::ofstream(directory + "/" + name, std::ios::binary) << file.synced;
  }
}

}  // namespace sallyport::test
