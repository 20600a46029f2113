// SPDX-License-Identifier: Apache-2.0
#include "agent/telemetry/line_log.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace sallyport {

namespace {

constexpr std::chrono::milliseconds kEvery{200};
constexpr mode_t kMode = 0640;

UniqueFd open_file(const std::string& path) {
  return UniqueFd(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, kMode));
}

Failure open_failure(int error, const std::string& path) {
  return system_failure(error, "cannot write the log " + path,
                        "its directory must exist, and the agent's user may write there");
}

std::uint64_t lines_in(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

Result<std::unique_ptr<LineLog>> LineLog::open(std::string path, unsigned writers,
                                               OnTrouble on_trouble) {
  UniqueFd fd = open_file(path);
  if (!fd) return open_failure(errno, path);
  return std::unique_ptr<LineLog>(
      new LineLog(std::move(path), std::move(fd), writers, std::move(on_trouble)));
}

LineLog::LineLog(std::string path, UniqueFd fd, unsigned writers, OnTrouble on_trouble)
    : path_(std::move(path)),
      on_trouble_(std::move(on_trouble)),
      waiting_(writers),
      fd_(std::move(fd)),
      thread_([this] { run(); }) {}

LineLog::~LineLog() {
  {
    const std::lock_guard guard(lock_);
    is_ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void LineLog::add(unsigned writer, std::string_view line) {
  Waiting& mine = waiting_[writer];
  const std::lock_guard guard(mine.lock);
  if (mine.lines.size() + line.size() > kMostWaiting) {
    ++lost_;
    return;
  }
  mine.lines += line;
}

void LineLog::run() {
  ::pthread_setname_np(::pthread_self(), "access-log");
  std::unique_lock guard(lock_);
  for (bool is_last = false; !is_last;) {
    is_last = wake_.wait_for(guard, kEvery, [this] { return is_ending_; });
    guard.unlock();
    reopen_if_moved();
    gather();
    write();
    guard.lock();
  }
  lost_ += lines_in(unwritten_);
}

void LineLog::gather() {
  std::string taken;
  for (Waiting& one : waiting_) {
    {
      const std::lock_guard guard(one.lock);
      taken.swap(one.lines);
    }
    if (unwritten_.size() + taken.size() > kMostWaiting * (waiting_.size() + 1)) {
      lost_ += lines_in(taken);
    } else {
      unwritten_ += taken;
    }
    taken.clear();  // keeps its room, which the next writer gets
  }
}

// A part that was written stays, so that the rest of its line comes behind it.
void LineLog::write() {
  std::size_t done = 0;
  while (done < unwritten_.size()) {
    const ssize_t written =
        fd_ ? ::write(fd_.get(), unwritten_.data() + done, unwritten_.size() - done) : -1;
    if (written < 0 && fd_ && errno == EINTR) continue;
    if (written < 0) {
      if (fd_)
        fail(system_failure(errno, "cannot write to the log " + path_,
                            "lines wait, and are lost when too many do: is the disk full?"));
      break;
    }
    done += static_cast<std::size_t>(written);
  }
  if (done == unwritten_.size() && fd_) is_failing_ = false;
  unwritten_.erase(0, done);
}

void LineLog::reopen_if_moved() {
  struct stat open_one = {};
  struct stat named = {};
  const bool is_same = fd_ && ::fstat(fd_.get(), &open_one) == 0 &&
                       ::stat(path_.c_str(), &named) == 0 && open_one.st_ino == named.st_ino &&
                       open_one.st_dev == named.st_dev;
  if (is_same) return;
  UniqueFd fd = open_file(path_);
  if (fd) {
    fd_ = std::move(fd);
  } else if (!fd_) {
    fail(open_failure(errno, path_));
  }
}

void LineLog::fail(const Failure& failure) {
  if (!std::exchange(is_failing_, true) && on_trouble_) on_trouble_(failure);
}

}  // namespace sallyport
