// SPDX-License-Identifier: Apache-2.0
#include "control/cli/interrupt.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <initializer_list>

namespace sallyport {
namespace {

int raised = -1;  // for the handler; a signal knows no object

void on_signal(int) {
  const int saved = errno;
  const std::uint64_t one = 1;
  (void)!write(raised, &one, sizeof one);
  errno = saved;
}

void handle(void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
}

}  // namespace

Interrupt::Interrupt() {
  raised = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  handle(on_signal, SA_RESTART | static_cast<int>(SA_RESETHAND));
}

Interrupt::~Interrupt() {
  handle(SIG_DFL, 0);
  close(raised);
}

int Interrupt::fd() const noexcept {
  return raised;
}

}  // namespace sallyport
