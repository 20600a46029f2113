// SPDX-License-Identifier: Apache-2.0
#include "agent/telemetry/metrics_page.hpp"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>

namespace sallyport {
namespace {

constexpr double kUsPerSecond = 1e6;

}  // namespace

void MetricsPage::counter(std::string_view name, std::string_view help, const Labels& labels,
                          double value) {
  add(name, help, prometheus::MetricType::Counter, labels).counter.value = value;
}

void MetricsPage::gauge(std::string_view name, std::string_view help, const Labels& labels,
                        double value) {
  add(name, help, prometheus::MetricType::Gauge, labels).gauge.value = value;
}

// The count is the sum of what was read, so that the buckets never contradict it.
void MetricsPage::histogram(std::string_view name, std::string_view help, const Labels& labels,
                            const Histogram::Reading& reading) {
  auto& told = add(name, help, prometheus::MetricType::Histogram, labels).histogram;
  for (std::size_t i = 0; i < reading.counts.size(); ++i) {
    told.sample_count += reading.counts[i];
    const bool is_last = i == Histogram::kBoundsUs.size();
    told.bucket.push_back(
        {told.sample_count, is_last ? std::numeric_limits<double>::infinity()
                                    : static_cast<double>(Histogram::kBoundsUs[i]) / kUsPerSecond});
  }
  told.sample_sum = static_cast<double>(reading.sum_us) / kUsPerSecond;
}

std::string MetricsPage::text() const {
  return prometheus::TextSerializer().Serialize(families_);
}

prometheus::ClientMetric& MetricsPage::add(std::string_view name, std::string_view help,
                                           prometheus::MetricType type, const Labels& labels) {
  auto family = std::find_if(families_.begin(), families_.end(),
                             [&](const auto& one) { return one.name == name; });
  if (family == families_.end()) {
    families_.push_back({std::string(name), std::string(help), type, {}});
    family = families_.end() - 1;
  }
  auto& metric = family->metric.emplace_back();
  for (const auto& [label, value] : labels) metric.label.push_back({std::string(label), value});
  return metric;
}

}  // namespace sallyport
