// SPDX-License-Identifier: Apache-2.0
#include "agent/app/request_meter.hpp"

#include <algorithm>

namespace sallyport {

namespace {

constexpr unsigned kSwitchingProtocols = 101;

}  // namespace

RequestEnd end_of(const AccessRecord& record) noexcept {
  if (record.code != CheckCode::kAllowed) return RequestEnd::kRefused;
  if (record.status == kSwitchingProtocols) return RequestEnd::kTunnelled;
  if (!record.is_whole) return RequestEnd::kAborted;
  return record.upstream_us == 0 ? RequestEnd::kFailed : RequestEnd::kForwarded;
}

RequestMeter::RequestMeter(const std::vector<ServiceConfig>& services, unsigned workers,
                           AccessSink* next)
    : by_worker_(workers), next_(next) {
  for (const auto& service : services) names_.push_back(service.name);
  for (auto& meters : by_worker_) meters.resize(services.size());
}

void RequestMeter::record(unsigned worker, const AccessRecord& record) noexcept {
  const auto name = std::find(names_.begin(), names_.end(), record.service);
  Meter& meter = by_worker_[worker][static_cast<std::size_t>(name - names_.begin())];
  meter.ends[static_cast<std::size_t>(end_of(record))].observe(record.duration_us);
  if (record.upstream_us != 0) meter.upstream.observe(record.upstream_us);
  if (next_ != nullptr) next_->record(worker, record);
}

std::vector<RequestMeter::Reading> RequestMeter::read() const {
  std::vector<Reading> readings;
  for (std::size_t service = 0; service < names_.size(); ++service) {
    Reading& reading = readings.emplace_back();
    reading.service = names_[service];
    for (const auto& meters : by_worker_) {
      const Meter& meter = meters[service];
      for (std::size_t i = 0; i < meter.ends.size(); ++i) meter.ends[i].add_to(reading.ends[i]);
      meter.upstream.add_to(reading.upstream);
    }
  }
  return readings;
}

}  // namespace sallyport
