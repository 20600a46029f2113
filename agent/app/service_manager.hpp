// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "agent/base/unique_fd.hpp"

namespace sallyport {

/// Tells the service manager how the agent is (sd_notify(3)), where one has asked for it by
/// NOTIFY_SOCKET; elsewhere it is silent. A manager that does not listen is not waited for.
///
/// Thread safety: any thread.
class ServiceManager {
 public:
  /// Takes what concerns it out of the environment. Before any thread is made.
  [[nodiscard]] static ServiceManager from_environment();

  ServiceManager() = default;
  /// `socket` is a path, or a name in the abstract space if it begins with '@'.
  ServiceManager(const std::string& socket, bool has_watchdog);

  void ready(std::string_view status) const noexcept;
  /// To be followed by `ready`.
  void reloading() const noexcept;
  void stopping() const noexcept;
  /// To be said at least twice in each period of the watchdog, by what must not hang.
  void alive() const noexcept;

 private:
  void say(std::string_view text) const noexcept;

  UniqueFd socket_;  // none: nobody listens
  bool has_watchdog_ = false;
};

}  // namespace sallyport
