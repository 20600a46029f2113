// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "agent/base/result.hpp"
#include "agent/service/operations.hpp"

namespace sallyport {

/// The control API on a Unix socket. File permissions decide who may call: the socket is 0660,
/// its directory is made 0750 where there is none.
class ControlServer {
 public:
  /// Serves from its return on. kConflict: another agent answers on that socket; a socket that
  /// nobody answers on is taken over. `operations` must outlive the server.
  [[nodiscard]] static Result<std::unique_ptr<ControlServer>> open(const std::string& socket,
                                                                   Operations& operations);
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  /// Answers what runs, takes nothing new, removes the socket. `operations` must still answer.
  void shutdown();

 private:
  struct Impl;
  explicit ControlServer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace sallyport
