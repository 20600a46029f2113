// SPDX-License-Identifier: Apache-2.0
// By which sockets a worker listens.
#include <algorithm>

#include "agent/terminator/worker_listener.hpp"

namespace sallyport {

// Every passed socket has to be served by somebody, since the kernel deals connections out to all
// of them; and with fewer of them than workers, several workers share one.
Result<void> Worker::listen(WorkerService& service, const WorkerSetup& setup,
                            std::span<const UniqueFd> passed) {
  if (passed.empty()) {
    auto fd = listen_on(service.config.listen);
    if (!fd) return fd.error();
    listeners_.push_back(
        std::make_unique<Listener>(*this, service, std::move(*fd), Listener::Origin::kOwn));
    return {};
  }
  const std::size_t all = std::max<std::size_t>(passed.size(), setup.workers);
  for (std::size_t i = context_.number; i < all; i += setup.workers) {
    auto fd = duplicate(passed[i % passed.size()]);
    if (!fd) return fd.error();
    listeners_.push_back(
        std::make_unique<Listener>(*this, service, std::move(*fd), Listener::Origin::kPassed));
  }
  return {};
}

std::vector<OwnListener> Worker::own_listeners() const {
  std::vector<OwnListener> own;
  for (const auto& listener : listeners_) {
    if (listener->origin != Listener::Origin::kOwn) continue;
    own.push_back({listener->service.config.listen, listener->watch.fd()});
  }
  return own;
}

}  // namespace sallyport
