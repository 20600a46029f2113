// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/terminator.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <latch>
#include <mutex>

#include "agent/terminator/listener.hpp"
#include "agent/terminator/worker.hpp"

namespace sallyport {

namespace {

/// Counts workers that are done; outlives a wait that gave up.
class Tally {
 public:
  explicit Tally(std::size_t expected) : left_(expected) {}

  void count_down() {
    const std::lock_guard guard(lock_);
    if (--left_ == 0) all_done_.notify_all();
  }
  [[nodiscard]] bool wait_for(std::chrono::milliseconds most) {
    std::unique_lock guard(lock_);
    return all_done_.wait_for(guard, most, [this] { return left_ == 0; });
  }

 private:
  std::mutex lock_;
  std::condition_variable all_done_;
  std::size_t left_;
};

class Workers final : public Terminator {
 public:
  explicit Workers(const std::vector<ServiceConfig>& services) : services_(services) {}
  ~Workers() override { stop(); }

  [[nodiscard]] Result<void> open(std::span<const std::uint16_t> service_ids, unsigned workers,
                                  const KeyIndex& index, Edge& edge, AccessSink* access,
                                  PassedSockets& passed);

  void start() override;
  std::uint64_t cut(std::span<KeyEntry* const> keys) override;
  std::uint64_t cut(const Address& source, CutSource which) override;
  std::uint64_t cut(const Refuses& refuses) override;
  bool drain(std::chrono::milliseconds grace) override;
  [[nodiscard]] TerminatorCounters counters() const override;
  [[nodiscard]] Result<void> renew_certificates() override;
  [[nodiscard]] std::vector<ServiceCertificate> certificates() const override {
    const std::lock_guard guard(certificates_lock_);
    return certificates_;
  }
  [[nodiscard]] std::vector<OwnListener> own_listeners() const override;

 private:
  enum class State : std::uint8_t { kOpen, kRunning, kStopped };

  using TlsOfServices = std::vector<TlsContext>;

  [[nodiscard]] Result<std::vector<TlsOfServices>> make_tls(unsigned workers);
  std::uint64_t on_every_worker(const std::function<std::uint64_t(Worker&)>& job);
  void stop();

  const std::vector<ServiceConfig> services_;
  const Refusals refusals_;
  std::vector<TicketKeys> ticket_keys_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::mutex lock_;             // of whoever starts, cuts, drains or stops
  State state_ = State::kOpen;  // under lock_
  mutable std::mutex certificates_lock_;
  std::vector<ServiceCertificate> certificates_;  // under certificates_lock_
};

Result<void> Workers::open(std::span<const std::uint16_t> service_ids, unsigned workers,
                           const KeyIndex& index, Edge& edge, AccessSink* access,
                           PassedSockets& passed) {
  std::vector<std::vector<UniqueFd>> sockets;
  for (const auto& service : services_) {
    sockets.push_back(passed.take(service.listen));
    if (sockets.back().empty()) {
      if (auto free = check_port_is_free(service.listen); !free) return free;
    }
    auto keys = TicketKeys::make();
    if (!keys) return keys.error();
    ticket_keys_.push_back(*keys);
  }
  auto tls = make_tls(workers);
  if (!tls) return tls.error();
  const WorkerSetup setup{services_, service_ids, index, edge, refusals_, access, sockets, workers};
  for (unsigned i = 0; i < workers; ++i) {
    auto worker = Worker::open(i, setup, std::move((*tls)[i]));
    if (!worker) return worker.error();
    workers_.push_back(std::move(*worker));
  }
  return {};
}

/// By worker and service.
Result<std::vector<Workers::TlsOfServices>> Workers::make_tls(unsigned workers) {
  std::vector<TlsOfServices> all(workers);
  std::vector<ServiceCertificate> certificates;
  for (std::size_t i = 0; i < services_.size(); ++i) {
    const ServiceConfig& service = services_[i];
    if (service.kind != ServiceKind::kTls) {
      for (auto& one : all) one.emplace_back();
      continue;
    }
    UnixSeconds expires_at = 0;
    for (auto& one : all) {
      auto made = make_server_tls(service.tls, ticket_keys_[i],
                                  service.http2 ? Protocols::kHttp2Too : Protocols::kHttp11);
      if (!made) return made.error();
      one.push_back(std::move(made->context));
      expires_at = made->expires_at;
    }
    certificates.push_back({service.name, expires_at});
  }
  const std::lock_guard guard(certificates_lock_);
  certificates_ = std::move(certificates);
  return all;
}

Result<void> Workers::renew_certificates() {
  auto tls = make_tls(static_cast<unsigned>(workers_.size()));
  if (!tls) return tls.error();
  (void)on_every_worker([&](Worker& worker) {
    worker.renew_tls(std::move((*tls)[worker.number()]));
    return std::uint64_t{0};
  });
  return {};
}

std::vector<OwnListener> Workers::own_listeners() const {
  std::vector<OwnListener> own;
  for (const auto& worker : workers_) {
    for (const auto& listener : worker->own_listeners()) own.push_back(listener);
  }
  return own;
}

void Workers::start() {
  const std::lock_guard guard(lock_);
  for (auto& worker : workers_) worker->start();
  state_ = State::kRunning;
}

std::uint64_t Workers::on_every_worker(const std::function<std::uint64_t(Worker&)>& job) {
  const std::lock_guard guard(lock_);
  if (state_ != State::kRunning) return 0;  // no connections
  std::atomic<std::uint64_t> total{0};
  std::latch done(static_cast<std::ptrdiff_t>(workers_.size()));
  for (auto& worker : workers_) {
    const bool is_posted = worker->post([&, one = worker.get()] {
      total += job(*one);
      done.count_down();
    });
    if (!is_posted) done.count_down();
  }
  done.wait();
  return total;
}

std::uint64_t Workers::cut(std::span<KeyEntry* const> keys) {
  return on_every_worker([&](Worker& worker) { return worker.cut(keys); });
}

std::uint64_t Workers::cut(const Address& source, CutSource which) {
  return on_every_worker([&](Worker& worker) { return worker.cut(source, which); });
}

std::uint64_t Workers::cut(const Refuses& refuses) {
  return on_every_worker([&](Worker& worker) { return worker.cut(refuses); });
}

bool Workers::drain(std::chrono::milliseconds grace) {
  auto tally = std::make_shared<Tally>(workers_.size());
  on_every_worker([&](Worker& worker) {
    worker.drain([tally] { tally->count_down(); });
    return std::uint64_t{0};
  });
  bool is_running = false;
  {
    const std::lock_guard guard(lock_);
    is_running = state_ == State::kRunning;
  }
  // Unlocked: a revocation need not wait for the grace to pass.
  const bool is_drained = !is_running || tally->wait_for(grace);
  stop();
  return is_drained;
}

void Workers::stop() {
  const std::lock_guard guard(lock_);
  if (state_ == State::kRunning) {
    for (auto& worker : workers_) worker->stop();
  }
  state_ = State::kStopped;
}

TerminatorCounters Workers::counters() const {
  TerminatorCounters sum;
  for (const auto& worker : workers_) worker->counters().add_to(sum);
  return sum;
}

}  // namespace

Result<std::unique_ptr<Terminator>> Terminator::open(const std::vector<ServiceConfig>& services,
                                                     std::span<const std::uint16_t> service_ids,
                                                     unsigned workers, const KeyIndex& index,
                                                     Edge& edge, AccessSink* access,
                                                     PassedSockets* passed) {
  PassedSockets none;
  auto terminator = std::make_unique<Workers>(services);
  auto opened = terminator->open(service_ids, workers, index, edge, access,
                                 passed != nullptr ? *passed : none);
  if (!opened) {
    return opened.error();
  }
  return std::unique_ptr<Terminator>(std::move(terminator));
}

}  // namespace sallyport
