// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <deque>
#include <string>
#include <vector>

#include "agent/config/config.hpp"
#include "agent/telemetry/histogram.hpp"
#include "agent/terminator/access_record.hpp"

namespace sallyport {

/// What became of a request.
enum class RequestEnd : std::uint8_t {
  kForwarded,  // the upstream answered, and the client had all of it
  kRefused,    // by a check
  kFailed,     // answered by us for another reason: it does not parse, or the upstream failed
  kAborted,    // by either side, or cut
  kTunnelled,  // upgraded: how long it took is no latency
  kCount
};

[[nodiscard]] RequestEnd end_of(const AccessRecord& record) noexcept;

/// How long requests and the upstream take, by service. Workers never wait for it or for each
/// other: each has histograms of its own, which a scrape adds up.
class RequestMeter final : public AccessSink {
 public:
  struct Reading {
    std::string service;
    std::array<Histogram::Reading, static_cast<std::size_t>(RequestEnd::kCount)> ends{};
    Histogram::Reading upstream{};
  };

  /// `next`, which may be null and must outlive it, hears of every request too.
  RequestMeter(const std::vector<ServiceConfig>& services, unsigned workers, AccessSink* next);

  void record(unsigned worker, const AccessRecord& record) noexcept override;
  [[nodiscard]] bool reads_texts() const noexcept override {
    return next_ != nullptr && next_->reads_texts();
  }
  /// Any thread; by service.
  [[nodiscard]] std::vector<Reading> read() const;

 private:
  struct alignas(64) Meter {  // a worker's lines of memory are its own
    std::array<Histogram, static_cast<std::size_t>(RequestEnd::kCount)> ends;
    Histogram upstream;  // until the head of its response
  };

  std::vector<std::string> names_;            // by service
  std::vector<std::deque<Meter>> by_worker_;  // by worker, by service
  AccessSink* const next_;
};

}  // namespace sallyport
