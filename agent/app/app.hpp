// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agent/app/agent_operations.hpp"
#include "agent/app/control_plane.hpp"
#include "agent/app/event_reader.hpp"
#include "agent/app/parts.hpp"
#include "agent/app/service_manager.hpp"
#include "agent/service/control_server.hpp"
#include "agent/telemetry/metrics_endpoint.hpp"

namespace sallyport {

/// The agent: both doors, the registry between them, and the control API.
class App {
 public:
  /// Opens everything, in an order in which nothing serves before it is whole: store, outer
  /// door's tables, replay, terminator's sockets, outer door's programs, control API. What can
  /// fail fails here.
  /// `passed`: listening sockets from before this process.
  [[nodiscard]] static Result<std::unique_ptr<App>> open(const Config& config,
                                                         PassedSockets passed = {});
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  /// Serves until SIGTERM or SIGINT, then drains, and tells the manager. The kernel keeps its
  /// verdicts. SIGHUP renews the certificates. All three signals must be blocked in every thread,
  /// from before `open`.
  void run(const ServiceManager& manager);

 private:
  App() = default;

  Result<void> open_parts(const Config& config);
  Result<void> open_inner_door(PassedSockets& passed);
  Result<void> open_metrics();
  /// Has the manager keep the listening sockets for the next agent.
  void hand_sockets_over(const ServiceManager& manager);
  /// The strand's pulse; a strand that hangs is one that the manager hears nothing of.
  void start_ticking(const ServiceManager& manager);
  /// A worker's queue has something: drains all queues a moment later. Until then that queue wakes
  /// nobody again.
  void judge_soon();
  void renew_certificates();
  void stop();

  std::vector<std::string> unwanted_;  // kept by the manager, of services that are gone
  boost::asio::io_context strand_{1};  // the control strand: one thread runs it
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{
      strand_.get_executor()};
  boost::asio::steady_timer ticker_{strand_};
  boost::asio::steady_timer gatherer_{strand_};
  bool is_gathering_ = false;
  std::unique_ptr<Parts> parts_;
  std::unique_ptr<EventReader> event_reader_;  // null without an outer door
  std::unique_ptr<ControlPlane> control_;
  std::unique_ptr<AgentOperations> operations_;
  std::unique_ptr<ControlServer> server_;
  std::unique_ptr<MetricsEndpoint> metrics_;  // null: none asked for
  std::thread control_thread_;
};

}  // namespace sallyport
