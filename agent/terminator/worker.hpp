// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <thread>

#include "agent/terminator/inbox.hpp"
#include "agent/terminator/listener.hpp"
#include "agent/terminator/session.hpp"
#include "agent/terminator/task.hpp"
#include "agent/terminator/worker_context.hpp"

namespace sallyport {

/// What a worker shares with the others.
struct WorkerSetup {
  const std::vector<ServiceConfig>& services;
  std::span<const std::uint16_t> service_ids;
  const KeyIndex& index;
  Edge& edge;
  const Refusals& refusals;
  AccessSink* access;                             // null: none
  std::span<const std::vector<UniqueFd>> passed;  // listening sockets, by service
  unsigned workers;
};

/// One thread's share of the terminator: accepts, serves, times out, cuts and drains.
class Worker {
 public:
  /// Binds its sockets. What `setup` refers to must outlive it; `tls` is by service, none for one
  /// in the clear.
  [[nodiscard]] static Result<std::unique_ptr<Worker>> open(unsigned number,
                                                            const WorkerSetup& setup,
                                                            std::vector<TlsContext> tls);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void start();
  /// Any thread: runs `job` on the worker's, unless it has ended (false).
  [[nodiscard]] bool post(Inbox::Job job) { return inbox_.post(std::move(job)); }

  // On the worker's thread.
  std::uint64_t cut(std::span<KeyEntry* const> keys) noexcept;
  std::uint64_t cut(const Address& source, Terminator::CutSource which);
  std::uint64_t cut(const Terminator::Refuses& refuses);
  /// Handshakes from now on are made with these; those under way end with what they began with.
  void renew_tls(std::vector<TlsContext> tls) noexcept;
  /// `on_drained` is called once, when the last connection has ended.
  void drain(std::function<void()> on_drained);

  /// Resets what is still open and ends the thread. Any other thread.
  void stop();

  // Any thread.
  [[nodiscard]] unsigned number() const noexcept { return context_.number; }
  [[nodiscard]] const WorkerCounters& counters() const noexcept { return context_.counters; }
  /// Before `start`.
  [[nodiscard]] std::vector<OwnListener> own_listeners() const;

 private:
  class Listener;
  using Sessions = boost::intrusive::list<Session, boost::intrusive::base_hook<SessionHook>>;

  Worker(unsigned number, const WorkerSetup& setup, Poller poller, UniqueFd bell,
         std::size_t block_bytes);

  void add_service(const ServiceConfig& config, std::uint16_t id, TlsContext tls);
  [[nodiscard]] Result<void> listen(WorkerService& service, const WorkerSetup& setup,
                                    std::span<const UniqueFd> passed);
  void run() noexcept;
  void take_time() noexcept;
  void give_turns();
  void tick();
  void accept_all(Listener& listener);
  void welcome(WorkerService& service, Accepted accepted);
  void pause_accepting(Listener& listener);
  void finish(Session& session);
  [[nodiscard]] std::vector<Session*> all();
  Detached live(Session& session);

  WorkerContext context_;
  Inbox inbox_;
  std::deque<WorkerService> services_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  Sessions sessions_;
  std::uint64_t next_tick_ms_ = 0;
  std::function<void()> on_drained_;
  bool is_stopped_ = false;
  std::thread thread_;
};

}  // namespace sallyport
