// SPDX-License-Identifier: Apache-2.0
#include "agent/app/event_watch.hpp"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <ctime>
#include <deque>
#include <utility>

#include "agent/app/verdicts.hpp"

namespace sallyport {
namespace {

std::uint64_t unix_now_ns() noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * kSecondNs +
         static_cast<std::uint64_t>(now.tv_nsec);
}

std::string interface_name(unsigned index) {
  char name[IF_NAMESIZE] = {};
  return if_indextoname(index, name) != nullptr ? name : std::to_string(index);
}

std::string service_name(const Parts& parts, std::uint16_t id) {
  const auto ids = parts.service_ids();
  const auto at = std::find(ids.begin(), ids.end(), id);
  if (at == ids.end()) return {};
  return parts.config.services[static_cast<std::size_t>(at - ids.begin())].name;
}

std::string key_of(const Parts& parts, const sp_event& event) {
  if (event.generation == 0) return {};
  const auto id = parts.slots.key_of(event.slot, event.generation);
  return id ? std::string(to_view(*id)) : std::string();
}

EventView view_of(const Parts& parts, const sp_event& event) {
  return {.time_ns = unix_now_ns() - (boot_now() - event.time_ns),
          .verdict = std::string(verdict_name(event.verdict)),
          .text = std::string(verdict_text(event.verdict)),
          .dropped = event.dropped != 0,
          .source = Address::from_abi(event.source),
          .source_port = ntohs(event.source_port),
          .local = Address::from_abi(event.local),
          .local_port = ntohs(event.local_port),
          .protocol = event.protocol == IPPROTO_TCP ? "tcp" : std::to_string(event.protocol),
          .service = service_name(parts, event.service_id),
          .key_id = key_of(parts, event),
          .slot = event.slot,
          .generation = event.generation,
          .interface = interface_name(event.interface_index),
          .length = event.frame_bytes,
          .headers = std::string(reinterpret_cast<const char*>(event.frame),
                                 std::min<std::size_t>(event.captured, sizeof event.frame))};
}

class AgentEventStream final : public EventStream {
 public:
  /// `follower` null: the kept ones alone.
  AgentEventStream(const Parts& parts, std::vector<sp_event> kept,
                   std::shared_ptr<EventFollower> follower, std::uint32_t most)
      : parts_(parts),
        kept_(kept.begin(), kept.end()),
        follower_(std::move(follower)),
        most_(most) {}

  Next next(EventView& out, std::chrono::milliseconds patience) override {
    if (most_ != 0 && given_ == most_) return Next::kEnd;
    std::optional<sp_event> event;
    if (!kept_.empty()) {
      event = kept_.front();
      kept_.pop_front();
    } else if (!follower_) {
      return Next::kEnd;
    } else {
      event = follower_->next(patience);
    }
    if (!event) return follower_->is_over() ? Next::kEnd : Next::kNothing;
    out = view_of(parts_, *event);
    if (follower_) out.missed = follower_->missed();
    ++given_;
    return Next::kEvent;
  }

 private:
  const Parts& parts_;
  std::deque<sp_event> kept_;
  std::shared_ptr<EventFollower> follower_;
  std::uint32_t most_;
  std::uint32_t given_ = 0;
};

Result<EventFilter> filter_of(const Parts& parts, const EventQuery& query) {
  EventFilter filter;
  if (!query.verdict.empty()) {
    filter.verdict = find_verdict(query.verdict);
    if (!filter.verdict) {
      return failure(Errc::kInvalid, "no such verdict: " + query.verdict,
                     "`sallyport counters` lists them: DROP_KEY_REVOKED, for example");
    }
  }
  if (!query.source.empty()) {
    filter.source = Address::parse(query.source);
    if (!filter.source) {
      return failure(Errc::kInvalid, "not an IP address: " + query.source,
                     "write one as 192.0.2.7 or 2001:db8::7");
    }
  }
  if (query.service.empty()) return filter;
  for (const auto id : parts.service_ids()) {
    if (service_name(parts, id) == query.service) filter.service_id = id;
  }
  if (filter.service_id) return filter;
  return failure(Errc::kNotFound, "no such service: " + query.service,
                 "`sallyport status` lists the services");
}

}  // namespace

Result<std::unique_ptr<EventStream>> watch_events(Parts& parts, const EventQuery& query) {
  if (!parts.door.is_kernel()) {
    return failure(Errc::kConflict,
                   "there are no events, since there is no outer door: " + parts.door.note());
  }
  const auto& rules = parts.config.outer_door.events;
  if (rules.sample == 0 && rules.sample_passes == 0) {
    return failure(Errc::kConflict, "there are no events: the configuration samples none",
                   "set outer_door.events.sample, to 64 for example, and restart sallyportd");
  }
  auto filter = filter_of(parts, query);
  if (!filter) return filter.error();
  if (!query.follow) {
    return std::make_unique<AgentEventStream>(parts, parts.events.recent(*filter, query.most),
                                              nullptr, query.most);
  }
  auto follower = parts.events.follow(*filter);
  if (!follower) return follower.error();
  return std::make_unique<AgentEventStream>(parts, std::vector<sp_event>{}, std::move(*follower),
                                            query.most);
}

}  // namespace sallyport
