// SPDX-License-Identifier: Apache-2.0
#include "agent/app/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
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

void ServiceManager::say(std::string_view text) const noexcept {
  if (socket_) (void)::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
}

}  // namespace sallyport
