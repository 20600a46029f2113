// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/base/unique_fd.hpp"

namespace sallyport {

/// A file of lines. Writers never wait for the disk; lines of one writer stay in order.
class LineLog {
 public:
  /// How much of each writer's lines may wait, and how much that could not be written.
  static constexpr std::size_t kMostWaiting = 1 << 20;

  using OnTrouble = std::function<void(const Failure& failure)>;

  /// Opens or makes the file (mode 0640), and appends to it. `on_trouble` is called on the log's
  /// thread when writing begins to fail, once until it succeeds again.
  [[nodiscard]] static Result<std::unique_ptr<LineLog>> open(std::string path, unsigned writers,
                                                             OnTrouble on_trouble);
  /// Writes what waits.
  ~LineLog();
  LineLog(const LineLog&) = delete;
  LineLog& operator=(const LineLog&) = delete;

  /// Any thread; `writer` is below `writers`. `line` ends in a line feed, and is lost and counted
  /// when too much waits.
  void add(unsigned writer, std::string_view line);

  /// Lines that are not in the file and will not be. Any thread.
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_.load(); }

 private:
  struct Waiting {
    std::mutex lock;
    std::string lines;  // under lock
  };

  LineLog(std::string path, UniqueFd fd, unsigned writers, OnTrouble on_trouble);

  void run();
  void gather();
  void write();
  void reopen_if_moved();
  void fail(const Failure& failure);

  const std::string path_;
  const OnTrouble on_trouble_;
  std::vector<Waiting> waiting_;
  std::atomic<std::uint64_t> lost_{0};
  UniqueFd fd_;            // of the log's thread, as what follows
  std::string unwritten_;  // begins where the file ends
  bool is_failing_ = false;
  std::mutex lock_;
  std::condition_variable wake_;
  bool is_ending_ = false;  // under lock_
  std::thread thread_;
};

}  // namespace sallyport
