// SPDX-License-Identifier: Apache-2.0
#include "agent/app/app.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>
#include <utility>

#include <boost/asio/post.hpp>

#include "agent/app/metrics.hpp"
#include "agent/base/time_text.hpp"
#include "agent/registry/audit_chain.hpp"
#include "agent/registry/sqlite_store.hpp"
#include "agent/terminator/socket_address.hpp"

namespace sallyport {
namespace {

constexpr std::chrono::milliseconds kTickLag{2};  // behind the second, so as never to be before it
constexpr std::chrono::seconds kDrainGrace{10};
// A flood of refusals wakes the strand this often, not once a refusal; a ban comes this much later.
constexpr std::chrono::milliseconds kObservationsGather{2};

unsigned workers_of(const Config& config) {
  return config.workers != 0 ? config.workers : std::max(1U, std::thread::hardware_concurrency());
}

/// Keys and bans end on the second of the wall clock, so that is when to look.
std::chrono::nanoseconds until_next_second() {
  const auto now = std::chrono::system_clock::now();
  return std::chrono::floor<std::chrono::seconds>(now) + std::chrono::seconds(1) - now;
}

/// By which the manager keeps a service's listening sockets; it takes no colon.
std::string kept_name(const Endpoint& endpoint) {
  std::string name = to_string(endpoint);
  std::replace(name.begin(), name.end(), ':', '_');
  return name;
}

/// SIGTERM, SIGINT or SIGHUP, which the caller has blocked.
int wait_for_signal() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGHUP);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  int signal = 0;
  sigwait(&signals, &signal);
  return signal;
}

}  // namespace

Result<std::unique_ptr<App>> App::open(const Config& config, PassedSockets passed) {
  std::unique_ptr<App> app(new App);
  if (auto done = app->open_parts(config); !done) return done.error();
  if (auto done = app->open_inner_door(passed); !done) return done.error();
  // Nothing is missing in the tables any more: from here on the new programs judge by them.
  if (auto done = app->parts_->door.attach(); !done) return done.error();
  app->control_ = std::make_unique<ControlPlane>(*app->parts_);
  app->operations_ = std::make_unique<AgentOperations>(app->strand_, *app->control_, *app->parts_);
  auto server = ControlServer::open(config.control_socket, *app->operations_);
  if (!server) return server.error();
  app->server_ = std::move(*server);
  if (auto done = app->open_metrics(); !done) return done.error();
  return app;
}

App::~App() {
  stop();
}

Result<void> App::open_parts(const Config& config) {
  auto store = SqliteStore::open(config.store_file);
  if (!store) return store.error();
  auto expected_keys = Registry(**store).key_count();
  if (!expected_keys) return expected_keys.error();
  auto door = Door::open(config.outer_door);
  if (!door) return door.error();

  parts_ = std::make_unique<Parts>(
      config, std::move(*store), std::move(*door), *expected_keys, workers_of(config),
      [this] { boost::asio::post(strand_, [this] { judge_soon(); }); });
  const auto pace = Budget::per_second(config.pace.per_second, config.pace.burst);
  auto paced = parts_->door.tables().set_pace(pace.cost_ns, pace.burst_ns);
  if (!paced) return paced;
  const auto resets = config.outer_door.resets_per_second;
  const auto budget = Budget::per_second(resets, resets);
  auto answered = parts_->door.tables().set_resets(budget.cost_ns, budget.burst_ns);
  if (!answered) return answered;
  auto modes = parts_->registry.modes();
  if (!modes) return modes.error();
  for (std::size_t i = 0; i < config.services.size(); ++i) {
    for (const auto& mode : *modes) {
      if (mode.service == config.services[i].name) parts_->modes[i] = mode.mode;
    }
    if (auto done = declare_service(*parts_, i); !done) return done;
  }
  if (auto done = parts_->door.tables().services().erase_others(); !done) return done;
  auto replayed = parts_->enforcer.replay(parts_->registry, parts_->door.tables().connections(),
                                          parts_->lingering);
  if (!replayed) return replayed;
  auto head = parts_->registry.reader().audit_head();
  if (!head) return head.error();
  if (head->sequence != 0) spdlog::info("the audit log's head is {}", head_text(*head));
  return parts_->uses.load();
}

Result<void> App::open_inner_door(PassedSockets& passed) {
  const auto ids = parts_->service_ids();
  auto access = AccessLog::open(parts_->config.access_log, parts_->workers);
  if (!access) return access.error();
  parts_->access = std::move(*access);
  AccessSink* sink = parts_->access.get();
  if (parts_->config.metrics.is_on()) {
    parts_->meter = std::make_unique<RequestMeter>(parts_->config.services, parts_->workers, sink);
    sink = parts_->meter.get();
  }
  parts_->top = std::make_unique<TopBoard>(parts_->config.services, parts_->workers, sink);
  auto terminator = Terminator::open(parts_->config.services, ids, parts_->workers, parts_->index,
                                     parts_->edge, parts_->top.get(), &passed);
  if (!terminator) return terminator.error();
  parts_->terminator = std::move(*terminator);
  for (const auto& socket : passed.left()) {
    spdlog::info("letting go of a passed socket: no service listens on {}",
                 to_string(socket.endpoint));
    unwanted_.push_back(kept_name(socket.endpoint));
  }
  if (passed.strangers() != 0) {
    spdlog::warn("{} of the passed descriptors are no listening TCP sockets", passed.strangers());
  }
  return {};
}

Result<void> App::open_metrics() {
  const auto& config = parts_->config.metrics;
  if (!config.is_on()) return {};
  auto endpoint = MetricsEndpoint::open(config.address, config.port, [this](MetricsPage& page) {
    write_metrics(*operations_, *parts_, page);
  });
  if (!endpoint) return endpoint.error();
  metrics_ = std::move(*endpoint);
  spdlog::info("metrics on http://{}/metrics", to_string(Endpoint{config.address, config.port}));
  return {};
}

void App::hand_sockets_over(const ServiceManager& manager) {
  for (const auto& name : unwanted_) manager.forget(name);
  for (const auto& own : parts_->terminator->own_listeners()) {
    manager.keep(own.fd, kept_name(own.endpoint));
  }
}

void App::run(const ServiceManager& manager) {
  hand_sockets_over(manager);
  start_ticking(manager);
  if (auto* ring = parts_->door.events()) {
    event_reader_ = std::make_unique<EventReader>(*ring, parts_->events);
  }
  control_thread_ = std::thread([this] { strand_.run(); });
  parts_->terminator->start();
  for (const auto& service : parts_->config.services) {
    spdlog::info("serving {} on {}{}, upstream {}", service.name, to_string(service.listen),
                 service.kind == ServiceKind::kCleartext ? " in the clear" : "",
                 to_string(service.upstream.endpoint));
  }
  spdlog::info("ready: {} keys, {} workers, control socket {}", parts_->index.keys(),
               parts_->workers, parts_->config.control_socket);
  manager.ready(std::to_string(parts_->index.keys()) + " keys when it started");

  int signal = wait_for_signal();
  while (signal == SIGHUP) {
    manager.reloading();
    renew_certificates();
    manager.ready("certificates read anew");
    signal = wait_for_signal();
  }
  spdlog::info("signal {}: draining for at most {} s; the kernel keeps its verdicts", signal,
               kDrainGrace.count());
  manager.stopping();
  if (!parts_->terminator->drain(kDrainGrace)) {
    spdlog::warn("some requests did not finish in time and were cut");
  }
  stop();
  spdlog::info("stopped");
}

void App::renew_certificates() {
  if (auto renewed = parts_->terminator->renew_certificates(); !renewed) {
    spdlog::error("SIGHUP: the certificates stay as they were: {}", to_string(renewed.error()));
    return;
  }
  for (const auto& [service, expires_at] : parts_->terminator->certificates()) {
    spdlog::info("SIGHUP: read the certificates of {}, the first of which ends {}", service,
                 show_time(expires_at));
  }
}

void App::start_ticking(const ServiceManager& manager) {
  ticker_.expires_after(until_next_second() + kTickLag);
  ticker_.async_wait([this, &manager](const boost::system::error_code& error) {
    if (error) return;
    control_->tick();
    manager.alive();
    start_ticking(manager);
  });
}

void App::judge_soon() {
  if (std::exchange(is_gathering_, true)) return;
  gatherer_.expires_after(kObservationsGather);
  gatherer_.async_wait([this](const boost::system::error_code& error) {
    is_gathering_ = false;
    if (!error) control_->judge_offenders();
  });
}

// The API goes first, once those who follow events have come to their end, and while the strand
// still answers the calls that run; then the workers, which post to the strand; then the strand.
void App::stop() {
  if (parts_) parts_->events.close();
  if (parts_) parts_->revisions.close();
  metrics_.reset();
  if (server_) server_->shutdown();
  server_.reset();
  event_reader_.reset();
  if (parts_) parts_->terminator.reset();
  guard_.reset();
  strand_.stop();
  if (control_thread_.joinable()) control_thread_.join();
  if (!parts_) return;
  if (auto saved = parts_->uses.save_all(unix_now()); !saved) {
    spdlog::warn("when keys were used last was not saved: {}", to_string(saved.error()));
  }
}

}  // namespace sallyport
