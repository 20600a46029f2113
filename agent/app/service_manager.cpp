// SPDX-License-Identifier: Apache-2.0
#include "agent/app/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <utility>

namespace sallyport {
namespace {

std::string take(const char* name) {
  const char* value = std::getenv(name);
  std::string taken = value != nullptr ? value : "";
  ::unsetenv(name);
  return taken;
}

}  // namespace

ServiceManager ServiceManager::from_environment() {
  const auto socket = take("NOTIFY_SOCKET");
  const auto period = take("WATCHDOG_USEC");
  const auto process = take("WATCHDOG_PID");
  const bool is_for_us = process.empty() || process == std::to_string(::getpid());
  return ServiceManager(socket, !period.empty() && is_for_us);
}

ServiceManager::ServiceManager(const std::string& socket, bool has_watchdog)
    : has_watchdog_(has_watchdog) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket.size() < 2 || socket.size() > sizeof address.sun_path ||
      (socket[0] != '/' && socket[0] != '@')) {
    return;
  }
  std::memcpy(address.sun_path, socket.data(), socket.size());
  if (socket[0] == '@') address.sun_path[0] = '\0';
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket.size());
  UniqueFd connected(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (::connect(connected.get(), reinterpret_cast<const sockaddr*>(&address), length) == 0) {
    socket_ = std::move(connected);
  }
}

void ServiceManager::ready(std::string_view status) const noexcept {
  try {
    say("READY=1\nSTATUS=" + std::string(status));
  } catch (...) {  // no memory: the state alone
    say("READY=1");
  }
}

void ServiceManager::reloading() const noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const auto us = static_cast<unsigned long long>(now.tv_sec) * 1'000'000 +
                  static_cast<unsigned long long>(now.tv_nsec) / 1000;
  std::array<char, 64> text;
  const int size = std::snprintf(text.data(), text.size(), "RELOADING=1\nMONOTONIC_USEC=%llu", us);
  say({text.data(), static_cast<std::size_t>(size)});
}

void ServiceManager::stopping() const noexcept {
  say("STOPPING=1");
}

void ServiceManager::alive() const noexcept {
  if (has_watchdog_) say("WATCHDOG=1");
}

void ServiceManager::keep(int fd, const std::string& name) const noexcept {
  say("FDSTORE=1\nFDNAME=" + name, fd);
}

void ServiceManager::forget(const std::string& name) const noexcept {
  say("FDSTOREREMOVE=1\nFDNAME=" + name);
}

void ServiceManager::say(std::string_view text, int fd) const noexcept {
  if (!socket_) return;
  iovec part{const_cast<char*>(text.data()), text.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof fd)> beside{};
  if (fd >= 0) {
    message.msg_control = beside.data();
    message.msg_controllen = beside.size();
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  }
  (void)::sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
}

std::vector<UniqueFd> passed_descriptors() {
  const auto process = take("LISTEN_PID");
  const auto count = take("LISTEN_FDS");
  (void)take("LISTEN_FDNAMES");
  std::vector<UniqueFd> passed;
  if (process != std::to_string(::getpid())) return passed;
  constexpr int kFirst = 3;       // SD_LISTEN_FDS_START
  constexpr int kMost = 1 << 16;  // of what can be meant
  int number = 0;
  const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), number);
  if (error != std::errc() || end != count.data() + count.size()) return passed;
  for (int i = 0; i < std::min(number, kMost); ++i) passed.emplace_back(kFirst + i);
  return passed;
}

}  // namespace sallyport
