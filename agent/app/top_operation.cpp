// SPDX-License-Identifier: Apache-2.0
// What the control API asks about the last moments: counted while somebody waits for it.
#include <limits>
#include <utility>

#include "agent/app/agent_operations.hpp"
#include "agent/config/scalars.hpp"

namespace sallyport {
namespace {

/// What came since `before`; rows without any are left out. Both are of one agent: the same rows.
CountersView since(const CountersView& before, CountersView now) {
  CountersView gone;
  for (std::size_t i = 0; i < now.packets.size(); ++i) {
    auto& row = now.packets[i];
    const sp_counter& then = before.packets[i].counter;
    row.counter.packets -= then.packets;
    row.counter.bytes -= then.bytes;
    row.counter.observed_packets -= then.observed_packets;
    row.counter.observed_bytes -= then.observed_bytes;
    row.counter.resets -= then.resets;
    if (row.counter.packets + row.counter.observed_packets != 0) gone.packets.push_back(row);
  }
  for (std::size_t i = 0; i < now.checks.size(); ++i) {
    now.checks[i].value -= before.checks[i].value;
    if (now.checks[i].value != 0) gone.checks.push_back(std::move(now.checks[i]));
  }
  return gone;
}

std::uint64_t open_connections(const CountersView& counters) {
  for (const auto& counter : counters.agent) {
    if (counter.name == "connections_open") return counter.value;
  }
  return 0;
}

TopRow row_of(std::string name, const TopCount& count) {
  TopRow row;
  row.name = std::move(name);
  row.requests = count.requests;
  row.refused = count.refused;
  row.uncertain = count.uncertain;
  return row;
}

void tell(TopBoard::Seen seen, std::size_t most, const Config& config, TopView& view) {
  keep_top(seen.keys, most);
  for (const auto& [key, count] : seen.keys) {
    auto& row = view.keys.emplace_back(row_of(std::string(to_view(key->id)), count));
    row.tenant = key->owner->tenant;
    row.user = key->owner->user;
  }
  keep_top(seen.sources, most);
  for (const auto& [source, count] : seen.sources) {
    view.sources.push_back(row_of(source.to_string(), count));
  }
  for (std::size_t i = 0; i < seen.services.size(); ++i) {
    const auto& from = seen.services[i];
    view.services.push_back({.name = config.services[i].name,
                             .upstream = endpoint_text(config.services[i].upstream.endpoint),
                             .requests = from.requests,
                             .refused = from.refused,
                             .failed = from.failed,
                             .answers = from.answers,
                             .upstream_us = from.answers == 0 ? 0 : from.upstream_us / from.answers,
                             .upstream_most_us = from.upstream_most_us});
  }
}

}  // namespace

// Waits on the caller's thread: the strand is asked for counters alone.
Result<TopView> AgentOperations::top(const TopQuery& query) {
  const auto before = counters();
  if (!before) return before.error();
  const auto look = parts_.top->look();
  if (!look) return look.error();
  const BootNs began = boot_now();
  // Nothing comes after the last revision: this ends with the window, or with the agent.
  if (!await_change(std::numeric_limits<Revision>::max(), query.window)) {
    return failure(Errc::kUnavailable, "the agent is stopping", "try again when it has restarted");
  }
  TopView view;
  view.window_us = (boot_now() - began) / 1000;
  tell(look->seen(), query.most, parts_.config, view);
  auto now = counters();
  if (!now) return now.error();
  view.connections_open = open_connections(*now);
  view.counters = since(*before, std::move(*now));
  return view;
}

}  // namespace sallyport
