// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "agent/terminator/counters.hpp"
#include "agent/terminator/exchange.hpp"
#include "agent/terminator/key_users.hpp"
#include "agent/terminator/poller.hpp"
#include "agent/terminator/refusals.hpp"
#include "agent/terminator/request_gate.hpp"
#include "agent/terminator/tls_context.hpp"
#include "agent/terminator/upstream_pool.hpp"

namespace sallyport {

class Waiter;

/// One service as one worker serves it.
struct WorkerService {
  WorkerService(const ServiceConfig& service, std::uint16_t service_id, TlsContext context,
                Poller& poller)
      : config(service),
        id(service_id),
        tls(std::move(context)),
        gate(config),
        upstream(config.upstream, poller) {}

  /// Whether its peers are hops, each of which sends the requests of many clients.
  [[nodiscard]] bool is_behind_hop() const noexcept {
    return config.kind == ServiceKind::kCleartext;
  }

  const ServiceConfig& config;
  std::uint16_t id;
  TlsContext tls;  // null: a cleartext service
  RequestGate gate;
  UpstreamPool upstream;
};

/// What all connections of one worker share. Its thread alone, except for the counters.
struct WorkerContext {
  static constexpr std::size_t kFrameBlock = 64 << 10;

  WorkerContext(unsigned worker, const KeyIndex& keys, Edge& the_edge, const Refusals& answers,
                AccessSink* log, Poller own_poller, std::size_t block_bytes)
      : number(worker),
        index(keys),
        edge(the_edge),
        refusals(answers),
        access(log),
        poller(std::move(own_poller)),
        blocks(block_bytes),
        frames(kFrameBlock),
        exchanges(blocks) {}

  unsigned number;
  const KeyIndex& index;
  Edge& edge;
  const Refusals& refusals;
  AccessSink* const access;  // null: nobody asks
  Poller poller;
  BlockPool blocks;
  BlockPool frames;  // of HTTP/2, on their way to the client
  ExchangePool exchanges;
  KeyUsers key_users;
  WorkerCounters counters;
  std::string scratch;            // for bytes made and sent without a wait in between
  std::vector<Waiter*> yielding;  // have more to do, but others are to have their turn
  std::uint64_t now_ms = 0;       // monotonic, coarse: taken once for each batch of events
  UnixSeconds unix_s = 0;         // likewise
  bool is_draining = false;
};

}  // namespace sallyport
