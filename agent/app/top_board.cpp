// SPDX-License-Identifier: Apache-2.0
#include "agent/app/top_board.hpp"

#include <algorithm>

#include "agent/app/request_meter.hpp"

namespace sallyport {
namespace {

void count(const AccessRecord& record, TopBoard::Service& service) noexcept {
  const RequestEnd end = end_of(record);
  ++service.requests;
  service.refused += end == RequestEnd::kRefused ? 1 : 0;
  service.failed += end == RequestEnd::kFailed ? 1 : 0;
  if (record.upstream_us == 0) return;
  ++service.answers;
  service.upstream_us += record.upstream_us;
  service.upstream_most_us = std::max(service.upstream_most_us, record.upstream_us);
}

void add(const TopBoard::Service& from, TopBoard::Service& to) noexcept {
  to.requests += from.requests;
  to.refused += from.refused;
  to.failed += from.failed;
  to.answers += from.answers;
  to.upstream_us += from.upstream_us;
  to.upstream_most_us = std::max(to.upstream_most_us, from.upstream_most_us);
}

}  // namespace

TopBoard::TopBoard(const std::vector<ServiceConfig>& services, unsigned workers, AccessSink* next)
    : workers_(workers), next_(next) {
  for (const auto& service : services) names_.push_back(service.name);
}

Result<TopBoard::Look> TopBoard::look() {
  const std::lock_guard guard(lock_);
  for (std::size_t place = 0; place < kMostLooks; ++place) {
    if ((looks_.load() & 1U << place) != 0) continue;
    for (auto& worker : workers_) {
      auto tables = std::make_unique<Tables>();
      tables->services.resize(names_.size());
      const std::lock_guard mine(worker.lock);
      worker.looks[place] = std::move(tables);
    }
    looks_ |= 1U << place;
    return Look(*this, place);
  }
  return failure(Errc::kFull, "too many look at the top already", "try again in a few seconds");
}

void TopBoard::end(std::size_t place) noexcept {
  const std::lock_guard guard(lock_);
  looks_ &= ~(1U << place);
  for (auto& worker : workers_) {
    const std::lock_guard mine(worker.lock);
    worker.looks[place].reset();
  }
}

TopBoard::Seen TopBoard::read(std::size_t place) {
  Seen seen;
  seen.services.resize(names_.size());
  for (auto& worker : workers_) {
    const std::lock_guard mine(worker.lock);
    const Tables& tables = *worker.looks[place];
    tables.keys.add_to(seen.keys);
    tables.sources.add_to(seen.sources);
    for (std::size_t i = 0; i < names_.size(); ++i) add(tables.services[i], seen.services[i]);
  }
  return seen;
}

void TopBoard::record(unsigned worker, const AccessRecord& record) noexcept {
  if (next_ != nullptr) next_->record(worker, record);
  if (looks_.load(std::memory_order_relaxed) == 0) return;
  const auto name = std::find(names_.begin(), names_.end(), record.service);
  const auto service = static_cast<std::size_t>(name - names_.begin());
  const bool is_refused = record.code != CheckCode::kAllowed;
  Worker& mine = workers_[worker];
  const std::lock_guard guard(mine.lock);
  for (const auto& tables : mine.looks) {
    if (!tables) continue;
    if (record.key != nullptr) tables->keys.add(record.key, is_refused);
    tables->sources.add(record.source, is_refused);
    count(record, tables->services[service]);
  }
}

}  // namespace sallyport
