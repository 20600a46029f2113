// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/worker.hpp"

#include <pthread.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "agent/terminator/serve.hpp"
#include "agent/terminator/worker_listener.hpp"

namespace sallyport {

namespace {

// Deadlines, idle upstream connections and paused listeners are looked at this often.
constexpr std::uint64_t kTickMs = 250;

// Every connection costs some 30 kB with TLS; beyond this a worker lets the kernel queue them.
constexpr std::uint64_t kMostConnections = 65536;

// One listener does not keep the worker from its connections for longer than this.
constexpr int kMostAccepts = 64;

// At least a TLS record, so that a body moves a whole one at a time.
constexpr std::size_t kLeastBlock = 32 << 10;

std::size_t block_bytes_for(const std::vector<ServiceConfig>& services) {
  std::size_t bytes = kLeastBlock;
  for (const auto& service : services) {
    bytes = std::max<std::size_t>(bytes, service.http.head_bytes + 1);
  }
  return bytes;
}

}  // namespace

Worker::Worker(unsigned number, const WorkerSetup& setup, Poller poller, UniqueFd bell,
               std::size_t block_bytes)
    : context_(number, setup.index, setup.edge, setup.refusals, setup.access, std::move(poller),
               block_bytes),
      inbox_(std::move(bell)) {}

Result<std::unique_ptr<Worker>> Worker::open(unsigned number, const WorkerSetup& setup,
                                             std::vector<TlsContext> tls) {
  auto poller = Poller::open();
  if (!poller) return poller.error();
  auto bell = Inbox::make_bell();
  if (!bell) return bell.error();
  std::unique_ptr<Worker> worker(new Worker(number, setup, std::move(*poller), std::move(*bell),
                                            block_bytes_for(setup.services)));
  if (!worker->inbox_.listen(worker->context_.poller)) {
    return system_failure(errno, "cannot watch a worker's eventfd");
  }
  for (std::size_t i = 0; i < setup.services.size(); ++i) {
    worker->add_service(setup.services[i], setup.service_ids[i], std::move(tls[i]));
    auto heard = worker->listen(worker->services_.back(), setup, setup.passed[i]);
    if (!heard) return heard.error();
  }
  return worker;
}

void Worker::add_service(const ServiceConfig& config, std::uint16_t id, TlsContext tls) {
  services_.emplace_back(config, id, std::move(tls), context_.poller);
}

void Worker::renew_tls(std::vector<TlsContext> tls) noexcept {
  for (std::size_t i = 0; i < services_.size(); ++i) services_[i].tls = std::move(tls[i]);
}

Worker::~Worker() {
  stop();
}

void Worker::start() {
  thread_ = std::thread([this] { run(); });
}

void Worker::stop() {
  if (!thread_.joinable()) return;
  (void)post([this] {
    for (Session* session : all()) session->cut(Ended::kClosed);
    is_stopped_ = true;
  });
  thread_.join();
}

void Worker::run() noexcept {
  ::pthread_setname_np(::pthread_self(), ("worker-" + std::to_string(context_.number)).c_str());
  take_time();
  for (auto& listener : listeners_) {
    if (!context_.poller.add(listener->watch, Poller::Trigger::kLevelRead)) {
      pause_accepting(*listener);
    }
  }
  while (!is_stopped_) {
    context_.poller.wait(context_.yielding.empty() ? static_cast<int>(kTickMs) : 0);
    take_time();
    context_.poller.dispatch();
    give_turns();
    tick();
    context_.poller.reap();
    if (on_drained_ && sessions_.empty()) std::exchange(on_drained_, nullptr)();
  }
  for (auto& service : services_) service.upstream.clear();
  context_.poller.reap();
  inbox_.close();
}

void Worker::take_time() noexcept {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  context_.now_ms = static_cast<std::uint64_t>(now.tv_sec) * 1000 +
                    static_cast<std::uint64_t>(now.tv_nsec) / 1'000'000;
  context_.unix_s = unix_now();
}

void Worker::give_turns() {
  if (context_.yielding.empty()) return;
  // Those that yield again are for the next round.
  for (Waiter* one : std::exchange(context_.yielding, {})) one->on_turn();
}

void Worker::tick() {
  if (context_.now_ms < next_tick_ms_) return;
  next_tick_ms_ = context_.now_ms + kTickMs;
  for (auto session = sessions_.begin(); session != sessions_.end();) {
    (session++)->on_tick();  // may end it
  }
  for (auto& service : services_) service.upstream.expire(context_.now_ms);
  context_.key_users.sweep();
  for (auto& listener : listeners_) {
    if (!std::exchange(listener->is_paused, false) || listener->watch.fd() < 0) continue;
    context_.poller.set_paused(listener->watch, false);
  }
}

void Worker::accept_all(Listener& listener) {
  for (int i = 0; i < kMostAccepts; ++i) {
    if (context_.counters.connections_open.get() >= kMostConnections) {
      pause_accepting(listener);
      return;
    }
    Accepted accepted = accept_from(listener.watch.fd());
    if (accepted.fd) {
      welcome(listener.service, std::move(accepted));
      continue;
    }
    switch (accepted.error) {
      case EAGAIN:
        return;
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM:
        pause_accepting(listener);
        return;
      default:
        continue;  // that one connection failed before we had it
    }
  }
}

void Worker::welcome(WorkerService& service, Accepted accepted) {
  ++context_.counters.connections;
  switch (context_.edge.admit(accepted.peer)) {
    case Admission::kAdmitted:
      break;
    case Admission::kDenied:
      ++context_.counters.denied;
      return;
    case Admission::kBanned:
      ++context_.counters.banned;
      return;
    case Admission::kPaced:
      ++context_.counters.paced;
      return;
  }
  auto session = std::make_unique<Session>(context_, service, std::move(accepted.fd), accepted.peer,
                                           accepted.peer_port_be);
  if (!context_.poller.add(session->down)) return;
  ++context_.counters.connections_open;
  sessions_.push_back(*session);
  live(*session.release());
}

// Level-triggered: what waits in the kernel's queue is heard of again when a tick resumes it.
void Worker::pause_accepting(Listener& listener) {
  ++context_.counters.accept_pauses;
  listener.is_paused = true;
  context_.poller.set_paused(listener.watch, true);
}

Detached Worker::live(Session& session) {
  co_await serve(session);
  finish(session);
}

void Worker::finish(Session& session) {
  session.close();
  sessions_.erase(sessions_.iterator_to(session));
  --context_.counters.connections_open;
  context_.poller.bury(std::unique_ptr<Session>(&session));
}

void Worker::drain(std::function<void()> on_drained) {
  context_.is_draining = true;
  for (auto& listener : listeners_) {
    accept_all(*listener);  // those whose handshake the kernel has done already
    listener->watch.close();
  }
  for (Session* session : all()) session->end_if_idle();
  on_drained_ = std::move(on_drained);
}

}  // namespace sallyport
