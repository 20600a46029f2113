// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "agent/association/key_index.hpp"
#include "agent/base/clock.hpp"
#include "agent/base/result.hpp"
#include "agent/config/config.hpp"
#include "agent/terminator/access_record.hpp"
#include "agent/terminator/edge.hpp"
#include "agent/terminator/passed_sockets.hpp"

namespace sallyport {

/// Sums over workers; each counter only grows.
struct TerminatorCounters {
  std::uint64_t connections = 0;       // accepted
  std::uint64_t connections_open = 0;  // gauge
  std::uint64_t denied = 0;            // closed at accept because of a denied prefix
  std::uint64_t banned = 0;            // closed at accept because of a ban
  std::uint64_t paced = 0;             // closed at accept because of its source's pace
  std::uint64_t accept_pauses = 0;     // no descriptor was left to accept with
  std::uint64_t handshake_failures = 0;
  std::uint64_t bad_requests = 0;       // answered 400, 413, 414, 417, 431, 501 or 505
  std::uint64_t timeouts = 0;           // a peer was too slow; idle connections don't count
  std::uint64_t upstream_failures = 0;  // answered 502 or 504
  std::uint64_t floods = 0;             // HTTP/2 connections ended for what they asked too often
  std::uint64_t tunnels = 0;            // requests that were upgraded
  std::uint64_t cut = 0;  // connections, HTTP/2 streams cut by a revocation, a ban or the policy
  std::uint64_t checks[static_cast<std::size_t>(CheckCode::kCount)] = {};  // by outcome
};

/// The certificates that a service shows.
struct ServiceCertificate {
  std::string service;
  UnixSeconds expires_at = 0;  // the first of them
};

/// A listening socket that the terminator has made, which stays its own.
struct OwnListener {
  Endpoint endpoint;
  int fd = -1;
};

/// The inner door: N workers, each with one thread, one poller, and for each service one TLS
/// context and one listening socket (SO_REUSEPORT). It knows keys only through `KeyIndex` and the
/// kernel only through `Edge`.
class Terminator {
 public:
  /// Binds every listening socket and loads every certificate, so that what can fail fails
  /// here; accepts nothing yet. `service_ids[i]` is the `sp_service.id` of `services[i]`.
  /// `index`, `edge` and `access`, which hears of every request, must outlive the terminator.
  /// Listens by sockets of `passed` where there are some for a service's endpoint; takes them out.
  [[nodiscard]] static Result<std::unique_ptr<Terminator>> open(
      const std::vector<ServiceConfig>& services, std::span<const std::uint16_t> service_ids,
      unsigned workers, const KeyIndex& index, Edge& edge, AccessSink* access = nullptr,
      PassedSockets* passed = nullptr);

  virtual ~Terminator() = default;

  /// Begins to accept. Once.
  virtual void start() = 0;

  /// Cuts every live connection that is using one of `keys`, and returns when every worker has
  /// done so. A request of such a key whose check began before is cut with its connection.
  /// Any thread but a worker's. Returns how many were cut.
  virtual std::uint64_t cut(std::span<KeyEntry* const> keys) = 0;

  /// What a ban does to live connections of a source (as_source() form).
  enum class CutSource {
    kRefused,  // whose last request was refused: an offender on an address that others share
    kUnbound,  // not bound to a key in good standing
    kAll,
  };
  virtual std::uint64_t cut(const Address& source, CutSource which) = 0;

  /// Cuts every live connection whose peer is refused. Called on the workers' threads.
  using Refuses = std::function<bool(const Address& peer)>;
  virtual std::uint64_t cut(const Refuses& refuses) = 0;

  /// Stops accepting, lets requests that run finish, then ends; at most `grace` long. Any
  /// thread but a worker's. Returns whether everything finished by itself.
  virtual bool drain(std::chrono::milliseconds grace) = 0;

  [[nodiscard]] virtual TerminatorCounters counters() const = 0;

  /// Reads every certificate and private key anew: handshakes from then on show them, connections
  /// stay as they are. Where any of them can't be used, nothing changes. Any thread but a worker's.
  [[nodiscard]] virtual Result<void> renew_certificates() = 0;

  /// Of each service that ends TLS, as it was read last.
  [[nodiscard]] virtual std::vector<ServiceCertificate> certificates() const = 0;

  /// Those that were not passed. Before `start`.
  [[nodiscard]] virtual std::vector<OwnListener> own_listeners() const = 0;
};

}  // namespace sallyport
