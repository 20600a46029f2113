// SPDX-License-Identifier: Apache-2.0
#include "control/client/stream_guard.hpp"

#include <grpcpp/grpcpp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

namespace sallyport {
namespace {

using Clock = std::chrono::steady_clock;

/// False: `over` came first.
bool wait_for(const StreamGuard::Ends& ends, int over) {
  const auto deadline = Clock::now() + ends.span;
  pollfd fds[] = {{over, POLLIN, 0}, {ends.stop, POLLIN, 0}};
  for (;;) {
    int timeout_ms = -1;
    if (ends.span.count() != 0) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
      if (left.count() <= 0) return true;
      timeout_ms = static_cast<int>(std::min<std::int64_t>(left.count(), 1 << 30));
    }
    if (poll(fds, 2, timeout_ms) < 0 && errno != EINTR) return false;
    if ((fds[0].revents & POLLIN) != 0) return false;
    if ((fds[1].revents & POLLIN) != 0) return true;
  }
}

}  // namespace

StreamGuard::StreamGuard(grpc::ClientContext& context, Ends ends)
    : context_(context), over_(eventfd(0, EFD_CLOEXEC)), thread_([this, ends] {
        if (wait_for(ends, over_.get())) end();
      }) {}

StreamGuard::~StreamGuard() {
  const std::uint64_t one = 1;
  (void)!write(over_.get(), &one, sizeof one);
  thread_.join();
}

void StreamGuard::end() {
  ended_ = true;
  context_.TryCancel();
}

}  // namespace sallyport
