// SPDX-License-Identifier: Apache-2.0
#include "agent/service/control_socket.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace sallyport {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kSocketMode = 0660;
constexpr mode_t kDirectoryMode = 0750;
constexpr int kBacklog = 16;

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

int on_address(int (*call)(int, const sockaddr*, socklen_t), int fd, const std::string& path) {
  const auto address = address_of(path);
  return call(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

/// Never wider than asked for, whatever the umask; chmod only gives back what the umask took.
Result<void> make_directory(const fs::path& directory) {
  std::error_code error;
  if (fs::is_directory(directory, error)) return {};
  if (directory.has_parent_path()) fs::create_directories(directory.parent_path(), error);
  if (error) return system_failure(error.value(), "making the directory of " + directory.string());
  if (mkdir(directory.c_str(), kDirectoryMode) != 0) {
    const int number = errno;
    if (number == EEXIST && fs::is_directory(directory, error)) return {};
    return system_failure(number, "making the control socket's directory " + directory.string());
  }
  if (chmod(directory.c_str(), kDirectoryMode) == 0) return {};
  return system_failure(errno, "setting the mode of " + directory.string());
}

/// Held while a socket is looked at and replaced, so that of two agents that start at once one
/// finds the other.
Result<UniqueFd> lock(const fs::path& directory) {
  UniqueFd held(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (held.get() >= 0 && flock(held.get(), LOCK_EX) == 0) return held;
  return system_failure(errno, "locking the control socket's directory " + directory.string());
}

/// Only a refused connection proves that nobody is there: a full backlog or a lack of rights
/// proves nothing.
Result<void> remove_if_stale(const std::string& path) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) return {};
  if (!S_ISSOCK(info.st_mode)) {
    return failure(Errc::kExists, "control socket path is a file: " + path,
                   "name another path as control.socket");
  }
  const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (on_address(connect, probe.get(), path) == 0 || errno != ECONNREFUSED) {
    return failure(Errc::kConflict, "another agent is listening at " + path,
                   "stop it, or name another path as control.socket");
  }
  if (unlink(path.c_str()) == 0) return {};
  return system_failure(errno, "removing the stale control socket " + path);
}

Result<UniqueFd> listen_at(const std::string& path) {
  const auto refused = [&] {
    return system_failure(errno, "listening on the control socket " + path,
                          "its directory must be writable for the agent's user");
  };
  UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (listener.get() < 0) return refused();
  // The socket file takes its mode from the descriptor, less the umask: it is never wider.
  if (fchmod(listener.get(), kSocketMode) != 0) return refused();
  if (on_address(bind, listener.get(), path) != 0) return refused();
  if (chmod(path.c_str(), kSocketMode) != 0) return refused();
  if (listen(listener.get(), kBacklog) != 0) return refused();
  return listener;
}

}  // namespace

Result<ControlSocket> ControlSocket::open(const std::string& path) {
  if (path.empty() || path.size() >= sizeof(sockaddr_un::sun_path)) {
    return failure(
        Errc::kInvalid,
        path.empty() ? "control socket path is empty" : "control socket path is too long: " + path,
        "use 1 to 107 bytes");
  }
  const auto parent = fs::path(path).parent_path();
  const auto directory = parent.empty() ? fs::path(".") : parent;
  if (auto made = make_directory(directory); !made) return made.error();
  auto locked = lock(directory);
  if (!locked) return locked.error();
  if (auto free = remove_if_stale(path); !free) return free.error();
  auto listener = listen_at(path);
  if (!listener) return listener.error();
  return ControlSocket(path, std::move(*listener));
}

ControlSocket::ControlSocket(std::string path, UniqueFd listener)
    : path_(std::move(path)), listener_(std::move(listener)) {
  struct stat info {};
  if (lstat(path_.c_str(), &info) == 0) {
    device_ = info.st_dev;
    inode_ = info.st_ino;
  }
}

ControlSocket::~ControlSocket() {
  if (listener_.get() < 0) return;  // moved from
  struct stat info {};
  if (lstat(path_.c_str(), &info) == 0 && info.st_dev == device_ && info.st_ino == inode_) {
    unlink(path_.c_str());
  }
}

}  // namespace sallyport
