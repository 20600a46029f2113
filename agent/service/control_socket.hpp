// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>

#include "agent/base/result.hpp"
#include "agent/base/unique_fd.hpp"

namespace sallyport {

/// A listening Unix socket, 0660 and never wider, in a directory that is made 0750 where there is
/// none. Removes the socket when it goes, unless another has taken its place.
class ControlSocket {
 public:
  /// kConflict: somebody answers there. A socket that nobody answers on is taken over; a file of
  /// another kind is left alone (kExists).
  [[nodiscard]] static Result<ControlSocket> open(const std::string& path);

  ControlSocket(ControlSocket&&) = default;
  ControlSocket& operator=(ControlSocket&&) = delete;
  ~ControlSocket();

  [[nodiscard]] int fd() const noexcept { return listener_.get(); }

 private:
  ControlSocket(std::string path, UniqueFd listener);

  std::string path_;
  UniqueFd listener_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace sallyport
