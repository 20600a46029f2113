// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/upstream_io.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <string>

namespace sallyport {

Task<Step> connect_upstream(Downstream& client, Reuse reuse) {
  UpstreamPool& pool = client.service.upstream;
  if (reuse == Reuse::kIdleToo) client.up = pool.take();
  if (client.up) {
    client.up->watch.set_watcher(&client);
    co_return Step::kDone;
  }
  client.up = pool.connect();
  if (!client.up) co_return Step::kGone;
  client.up->watch.set_watcher(&client);
  client.set_timeout(client.service.config.upstream.connect_timeout);
  const Wake wake = co_await client.wait(kUpWrite);
  if (wake != Wake::kReady) co_return step_of(wake);
  co_return connect_error(client.up->watch) == 0 ? Step::kDone : Step::kGone;
}

Task<Step> send_upstream(Downstream& client, std::string_view bytes, std::size_t& sent) {
  Watch& watch = client.up->watch;
  std::string kept;
  while (!bytes.empty()) {
    const ssize_t taken = ::send(watch.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (taken >= 0) {
      sent += static_cast<std::size_t>(taken);
      bytes.remove_prefix(static_cast<std::size_t>(taken));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) co_return Step::kGone;
    watch.exhaust(Watch::kWritable);
    if (kept.empty()) {
      kept = bytes;
      bytes = kept;
    }
    client.set_timeout(client.service.config.upstream.response_timeout);
    const Wake wake = co_await client.wait(kUpWrite | kUpRead | kDownGone);
    if (wake != Wake::kReady) co_return step_of(wake);
    if (watch.is_ready(Watch::kReadable)) co_return Step::kDone;
    if (client.down.is_ready(Watch::kGone)) co_return Step::kEnd;
  }
  co_return Step::kDone;
}

Task<Step> fill_upstream(Downstream& client, Buffer& buffer) {
  Watch& watch = client.up->watch;
  for (;;) {
    if (watch.is_ready(Watch::kReadable)) {
      const auto room = buffer.room();
      const ssize_t got = ::recv(watch.fd(), room.data(), room.size(), 0);
      if (got > 0) {
        buffer.grow(static_cast<std::size_t>(got));
        if (static_cast<std::size_t>(got) < room.size()) watch.exhaust_read();
        co_return Step::kDone;
      }
      if (got == 0) co_return Step::kGone;
      if (errno != EAGAIN && errno != EINTR) {
        client.up->was_reset = true;
        co_return Step::kGone;
      }
      if (errno == EAGAIN) watch.exhaust(Watch::kReadable);
      continue;
    }
    const Wake wake = co_await client.wait(kUpRead | kDownGone);
    if (wake != Wake::kReady) co_return step_of(wake);
    if (!watch.is_ready(Watch::kReadable)) co_return Step::kEnd;
  }
}

}  // namespace sallyport
