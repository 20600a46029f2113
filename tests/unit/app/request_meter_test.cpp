// SPDX-License-Identifier: Apache-2.0
#include "agent/app/request_meter.hpp"

#include <numeric>

#include <gtest/gtest.h>

namespace sallyport::test {
namespace {

class Counting final : public AccessSink {
 public:
  void record(unsigned, const AccessRecord&) noexcept override { ++heard; }
  int heard = 0;
};

std::vector<ServiceConfig> two_services() {
  std::vector<ServiceConfig> services(2);
  services[0].name = "api";
  services[1].name = "other";
  return services;
}

AccessRecord forwarded(std::string_view service) {
  AccessRecord record;
  record.service = service;
  record.duration_us = 700;
  record.upstream_us = 300;
  record.status = 200;
  record.is_whole = true;
  return record;
}

std::uint64_t count(const Histogram::Reading& reading) {
  return std::accumulate(reading.counts.begin(), reading.counts.end(), std::uint64_t{0});
}

TEST(RequestMeterTest, AddsUpWorkersByServiceAndPassesOn) {
  Counting next;
  RequestMeter meter(two_services(), 3, &next);
  meter.record(0, forwarded("api"));
  meter.record(2, forwarded("api"));
  meter.record(1, forwarded("other"));
  const auto readings = meter.read();
  ASSERT_EQ(readings.size(), 2U);
  EXPECT_EQ(readings[0].service, "api");
  const auto& api = readings[0].ends[static_cast<std::size_t>(RequestEnd::kForwarded)];
  EXPECT_EQ(count(api), 2U);
  EXPECT_EQ(api.sum_us, 1400U);
  EXPECT_EQ(readings[0].upstream.sum_us, 600U);
  EXPECT_EQ(count(readings[1].upstream), 1U);
  EXPECT_EQ(next.heard, 3);
}

TEST(RequestMeterTest, TellsEndsApart) {
  auto record = forwarded("api");
  EXPECT_EQ(end_of(record), RequestEnd::kForwarded);
  record.is_whole = false;
  EXPECT_EQ(end_of(record), RequestEnd::kAborted);
  record.status = 101;
  EXPECT_EQ(end_of(record), RequestEnd::kTunnelled) << "however it ended";
  record.code = CheckCode::kRevokedKey;
  EXPECT_EQ(end_of(record), RequestEnd::kRefused);
  record = forwarded("api");
  record.upstream_us = 0;
  EXPECT_EQ(end_of(record), RequestEnd::kFailed);
}

TEST(RequestMeterTest, AsksForTextsOnlyForSomebodyElse) {
  Counting next;
  EXPECT_FALSE(RequestMeter(two_services(), 1, nullptr).reads_texts());
  EXPECT_TRUE(RequestMeter(two_services(), 1, &next).reads_texts());
}

}  // namespace
}  // namespace sallyport::test
