// SPDX-License-Identifier: Apache-2.0
#include "agent/app/metric_families.hpp"

#include <gtest/gtest.h>

namespace sallyport::test {
namespace {

/// The value of the series, as Prometheus would write it; "" without one.
std::string value_of(const MetricsPage& page, const std::string& series) {
  const auto text = "\n" + page.text();
  const auto at = text.find("\n" + series + " ");
  if (at == std::string::npos) return "";
  const auto from = at + series.size() + 2;
  return text.substr(from, text.find('\n', from) - from);
}

TEST(MetricFamiliesTest, CountersKeepTheirNameUnlessALabelTellsMore) {
  CountersView counters;
  counters.agent = {{"connections", "connections accepted", 5},
                    {"connections_open", "connections open now", 2},
                    {"connections_banned", "because of a ban", 3},
                    {"slots_refused", "no slot", 4},
                    {"made_up", "what comes later", 6}};
  counters.checks = {{"allowed", "allowed", 7}, {"revoked-key", "revoked", 8}};
  MetricsPage page;
  add_counters(counters, page);
  EXPECT_EQ(value_of(page, "sallyport_connections_total"), "5");
  EXPECT_EQ(value_of(page, "sallyport_connections_open"), "2");
  EXPECT_EQ(value_of(page, "sallyport_connections_refused_total{reason=\"ban\"}"), "3");
  EXPECT_EQ(value_of(page, "sallyport_table_failures_total{table=\"key_slots\"}"), "4");
  EXPECT_EQ(value_of(page, "sallyport_made_up_total"), "6");
  EXPECT_EQ(value_of(page, "sallyport_requests_total{check=\"revoked-key\"}"), "8");
}

TEST(MetricFamiliesTest, OnlyDropsAreObservedOrAnswered) {
  CountersView counters;
  sp_counter passed{};
  passed.packets = 1;
  sp_counter dropped{};
  dropped.bytes = 9;
  dropped.resets = 1;
  counters.packets = {{"PASS_BOUND", "", passed}, {"DROP_KEY_REVOKED", "", dropped}};
  MetricsPage page;
  add_counters(counters, page);
  EXPECT_EQ(value_of(page, "sallyport_packets_total{verdict=\"PASS_BOUND\"}"), "1");
  EXPECT_EQ(value_of(page, "sallyport_packet_bytes_total{verdict=\"DROP_KEY_REVOKED\"}"), "9");
  EXPECT_EQ(value_of(page, "sallyport_resets_total{verdict=\"DROP_KEY_REVOKED\"}"), "1");
  EXPECT_EQ(value_of(page, "sallyport_resets_total{verdict=\"PASS_BOUND\"}"), "");
}

TEST(MetricFamiliesTest, AttachmentAndModeAreOneOfTheirKind) {
  StatusView status;
  status.outer_door = true;
  status.interfaces = {{"eth0", "tc", "no native XDP"}};
  status.services = {{"api", "0.0.0.0:443", "127.0.0.1:80", SP_MODE_OBSERVE}};
  MetricsPage page;
  add_status(status, 1, page);
  EXPECT_EQ(value_of(page, "sallyport_interface_attached{interface=\"eth0\",mode=\"tc\"}"), "1");
  EXPECT_EQ(value_of(page, "sallyport_interface_attached{interface=\"eth0\",mode=\"native\"}"),
            "0");
  EXPECT_EQ(value_of(page, "sallyport_service_mode{service=\"api\",mode=\"observe\"}"), "1");
  EXPECT_EQ(value_of(page, "sallyport_service_mode{service=\"api\",mode=\"enforce\"}"), "0");
  EXPECT_EQ(value_of(page, "sallyport_outer_door_interfaces"), "1");
}

TEST(MetricFamiliesTest, ARevocationIsTimedFromItsCommandOn) {
  RevocationTimes times;
  times.observe({.store_us = 1000, .kernel_us = 200, .terminator_us = 30, .kernel_done = true});
  times.observe({.store_us = 1000, .kernel_us = 200, .terminator_us = 30, .kernel_done = false});
  MetricsPage page;
  add_revocations(times, page);
  const std::string name = "sallyport_revocation_duration_seconds";
  EXPECT_EQ(value_of(page, name + "_count{until=\"kernel\"}"), "1") << "it did not take the other";
  EXPECT_EQ(value_of(page, name + "_sum{until=\"kernel\"}"), "0.0012");
  EXPECT_EQ(value_of(page, name + "_count{until=\"terminator\"}"), "2");
}

}  // namespace
}  // namespace sallyport::test
