// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace sallyport::test {

/// What SQLite has asked of the disk, in order, so that a power cut can be played at every step of
/// it afterwards.
struct DiskStep {
  enum class Kind { kCreate, kWrite, kTruncate, kSync, kRemove };

  Kind kind = Kind::kWrite;
  std::string file = {};  // its name, without directories
  std::size_t at = 0;     // kWrite: offset; kTruncate: size
  std::string data = {};
};

/// What becomes of writes that were not synced when the power goes.
enum class Unsynced {
  kLost,
  kKept,       // as after the end of the process alone
  kTorn,       // all are there, of the last one the first half
  kReordered,  // some are there, in whatever order the disk took them
};

/// While it lives, SQLite's default VFS is one that notes every step and takes it; a sync is noted
/// alone, since no power goes in truth.
class DiskLog {
 public:
  DiskLog();
  ~DiskLog();
  DiskLog(const DiskLog&) = delete;
  DiskLog& operator=(const DiskLog&) = delete;

  void note(DiskStep step) {
    if (!is_over_) steps_.push_back(std::move(step));
  }
  /// What comes now is not noted.
  void stop() noexcept { is_over_ = true; }
  [[nodiscard]] std::size_t size() const noexcept { return steps_.size(); }
  [[nodiscard]] const DiskStep& step(std::size_t at) const { return steps_.at(at); }

  /// Writes into `directory` what a disk holds after a power cut before the step `cut`. `choose`
  /// decides about each unsynced write, where they are reordered.
  void play(std::size_t cut, Unsynced unsynced, const std::string& directory,
            const std::function<bool()>& choose) const;

 private:
  std::vector<DiskStep> steps_;
  bool is_over_ = false;
};

}  // namespace sallyport::test
