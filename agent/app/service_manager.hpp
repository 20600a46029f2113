// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

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
  /// Has it keep another descriptor of the socket, to be passed to whoever comes after us: a
  /// restart then refuses nobody. `name` may repeat. It keeps none where it was not told to
  /// (FileDescriptorStoreMax).
  void keep(int fd, const std::string& name) const noexcept;
  /// Has it let go of all of that name.
  void forget(const std::string& name) const noexcept;
  /// To be said at least twice in each period of the watchdog, by what must not hang.
  void alive() const noexcept;

 private:
  void say(std::string_view text, int fd = -1) const noexcept;

  UniqueFd socket_;  // none: nobody listens
  bool has_watchdog_ = false;
};

/// The descriptors that were passed to this process (sd_listen_fds(3)), those of the service
/// manager's store among them; taken out of the environment. Before anything else opens files.
[[nodiscard]] std::vector<UniqueFd> passed_descriptors();

}  // namespace sallyport
