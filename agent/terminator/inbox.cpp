// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/inbox.hpp"

#include <sys/eventfd.h>

#include <cerrno>

namespace sallyport {

Result<UniqueFd> Inbox::make_bell() {
  UniqueFd bell(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!bell) {
    return system_failure(errno, "cannot make an eventfd for a worker",
                          "raise the limit of open files (LimitNOFILE=)");
  }
  return bell;
}

bool Inbox::post(Job job) {
  const std::lock_guard guard(lock_);
  if (is_closed_) return false;
  jobs_.push_back(std::move(job));
  (void)::eventfd_write(bell_.fd(), 1);
  return true;
}

void Inbox::close() {
  {
    const std::lock_guard guard(lock_);
    is_closed_ = true;
  }
  run_all();
}

void Inbox::on_ready(Watch&) noexcept {
  eventfd_t rings = 0;
  (void)::eventfd_read(bell_.fd(), &rings);
  run_all();
}

void Inbox::run_all() {
  std::vector<Job> jobs;
  {
    const std::lock_guard guard(lock_);
    jobs.swap(jobs_);
  }
  for (auto& job : jobs) job();
}

}  // namespace sallyport
