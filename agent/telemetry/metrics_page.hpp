// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/telemetry/histogram.hpp"

namespace sallyport {

/// What one scrape is told. A family is made by its first metric; those that follow add to it.
/// Names are whole ("sallyport_connections_total"), times in seconds.
class MetricsPage {
 public:
  using Labels = std::vector<std::pair<std::string_view, std::string>>;

  void counter(std::string_view name, std::string_view help, const Labels& labels, double value);
  void gauge(std::string_view name, std::string_view help, const Labels& labels, double value);
  void histogram(std::string_view name, std::string_view help, const Labels& labels,
                 const Histogram::Reading& reading);

  [[nodiscard]] const std::vector<prometheus::MetricFamily>& families() const noexcept {
    return families_;
  }
  [[nodiscard]] std::vector<prometheus::MetricFamily> take() && { return std::move(families_); }
  /// In Prometheus' text format.
  [[nodiscard]] std::string text() const;

 private:
  prometheus::ClientMetric& add(std::string_view name, std::string_view help,
                                prometheus::MetricType type, const Labels& labels);

  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace sallyport
