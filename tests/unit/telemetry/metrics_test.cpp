// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include <gtest/gtest.h>

#include "agent/telemetry/metrics_endpoint.hpp"

namespace sallyport::test {
namespace {

bool has(const std::string& text, std::string_view line) {
  return ("\n" + text).find("\n" + std::string(line) + "\n") != std::string::npos;
}

TEST(MetricsPageTest, FamiliesOfOneNameAreOneWhateverCameBetween) {
  MetricsPage page;
  page.counter("a_total", "As.", {{"kind", "x"}}, 3);
  page.gauge("b", "Bs.", {}, 0.5);
  page.counter("a_total", "As.", {{"kind", "y"}}, 4);
  ASSERT_EQ(page.families().size(), 2U);
  const auto text = page.text();
  EXPECT_TRUE(has(text, "# TYPE a_total counter")) << text;
  EXPECT_TRUE(has(text, "a_total{kind=\"x\"} 3")) << text;
  EXPECT_TRUE(has(text, "a_total{kind=\"y\"} 4")) << text;
  EXPECT_TRUE(has(text, "b 0.5")) << text;
}

TEST(HistogramTest, CountsUpToAndWithItsBoundInSeconds) {
  Histogram one;
  Histogram other;
  one.observe(50);
  one.observe(51);
  other.observe(20'000'000);
  Histogram::Reading sum;
  one.add_to(sum);
  other.add_to(sum);
  MetricsPage page;
  page.histogram("t_seconds", "Times.", {}, sum);
  const auto text = page.text();
  EXPECT_TRUE(has(text, "t_seconds_bucket{le=\"5e-05\"} 1") ||
              has(text, "t_seconds_bucket{le=\"0.00005\"} 1") ||
              has(text, "t_seconds_bucket{le=\"5.0000000000000002e-05\"} 1"))
      << text;
  EXPECT_TRUE(has(text, "t_seconds_bucket{le=\"10\"} 2")) << text;
  EXPECT_TRUE(has(text, "t_seconds_bucket{le=\"+Inf\"} 3")) << text;
  EXPECT_TRUE(has(text, "t_seconds_count 3")) << text;
  EXPECT_EQ(sum.sum_us, 20'000'101U);
}

TEST(HistogramTest, IsReadWhileItIsWritten) {
  Histogram times;
  std::thread writer([&] {
    for (std::uint64_t i = 0; i < 200'000; ++i) times.observe(i % 1000);
  });
  std::uint64_t last = 0;
  for (int i = 0; i < 100; ++i) {
    Histogram::Reading reading;
    times.add_to(reading);
    std::uint64_t count = 0;
    for (const auto bucket : reading.counts) count += bucket;
    EXPECT_GE(count, last);
    last = count;
  }
  writer.join();
}

TEST(MetricsEndpointTest, SaysWhichPortIsTaken) {
  const auto loopback = *Address::parse("127.0.0.1");
  std::unique_ptr<MetricsEndpoint> first;
  std::uint16_t port = 19464;
  for (; !first && port < 19564; ++port) {
    if (auto opened = MetricsEndpoint::open(loopback, port, [](MetricsPage&) {})) {
      first = std::move(*opened);
      break;
    }
  }
  ASSERT_TRUE(first);
  const auto second = MetricsEndpoint::open(loopback, port, [](MetricsPage&) {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message, "cannot serve metrics on 127.0.0.1:" + std::to_string(port));
}

}  // namespace
}  // namespace sallyport::test
