// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sallyport {

/// While it lives, SIGINT and SIGTERM do not kill the process but make `fd` readable, so that what
/// has been written is whole. A second one kills. At most one at a time.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  [[nodiscard]] int fd() const noexcept;
};

}  // namespace sallyport
