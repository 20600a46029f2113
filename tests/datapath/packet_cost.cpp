// SPDX-License-Identifier: Apache-2.0
// What one packet costs, by BPF_PROG_RUN: one JSON object a line. Not a test: a time asserted on
// a shared machine says nothing. `over_empty` is against an empty program in the same rounds.
#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/loaded_filter.hpp"
#include "tests/support/raw_program.hpp"

namespace sallyport::test {
namespace {

constexpr unsigned kRepeat = 1'000'000;
constexpr unsigned kRounds = 7;
constexpr unsigned kEvents = 4096;
constexpr std::uint16_t kService = 3;
constexpr std::uint16_t kCleartext = 4;
const std::string kDenied = "spk_live_7hGk2mQx9TzB_4vYp8sWn3rKd6jLf1cXe5aUo_0Zr7tQ";

/// As curl writes it, with `filler` bytes of headers more.
std::string request(std::size_t filler) {
  std::string text =
      "GET /v1/things/42 HTTP/1.1\r\nHost: api.example\r\nUser-Agent: curl/7.88.1\r\n";
  if (filler != 0) text += "X-Filler: " + std::string(filler, 'f') + "\r\n";
  return text + "Accept: */*\r\nX-API-Key: " + kDenied + "\r\n\r\n";
}

struct Row {
  std::string name;
  std::function<std::uint32_t()> measure;
  std::vector<std::uint32_t> ns = {};
};

std::uint32_t median(std::vector<std::uint32_t> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Port 40000 is of a key in good standing, 40001 of a revoked one, 40002 of nobody.
void fill(LoadedFilter& filter) {
  filter.declare_service("", 443, kService);
  filter.set_slot(5, 1, SP_PASS_BOUND);
  filter.set_slot(6, 1, SP_DROP_KEY_REVOKED);
  filter.bind("192.0.2.7", 40000, kService, {5, 1, 0});
  filter.bind("192.0.2.7", 40001, kService, {6, 1, 0});
  filter.ban("192.0.2.8", SP_NEVER, SP_DROP_SOURCE_BANNED);
  filter.declare_service("", 80, kCleartext, SP_MODE_ENFORCE, {SP_SERVICE_CLEARTEXT});
  filter.set_key_headers(kCleartext, {"authorization", "x-api-key"});
  filter.deny_key(kDenied);
  const auto syn = PacketBuilder{}.to("192.0.2.1", 80).flags(kSyn).numbers(99, 0).payload(0);
  (void)filter.run(Hook::kXdp, syn.build());
}

/// The first bytes of the connection whose SYN was seen: refused each time anew.
Bytes first_request(std::size_t filler) {
  return PacketBuilder{}.to("192.0.2.1", 80).numbers(100, 1).payload(request(filler)).build();
}

int measure() {
  LoadedFilter filter;
  if (filter.error()) {
    std::fputs((to_string(*filter.error()) + "\n").c_str(), stderr);
    return filter.error()->code == Errc::kDenied ? 77 : 1;
  }
  fill(filter);
  const auto empty = load_returning(BPF_PROG_TYPE_XDP, "empty", XDP_DROP);
  const auto frame = [](const char* source, std::uint16_t port) {
    return PacketBuilder{}.from(source, port).build();
  };
  const auto judged = [&](const char* name, Bytes bytes) {
    return Row{name, [&filter, bytes] { return filter.cost_ns(Hook::kXdp, bytes, kRepeat); }};
  };
  // With room in the ring for all of it: an event that finds none costs less.
  const auto sampled = [&](const char* name, std::uint32_t interval) {
    return Row{name, [&filter, interval, bytes = frame("192.0.2.7", 40001)] {
                 filter.sample(interval);
                 const auto ns = filter.cost_ns(Hook::kXdp, bytes, kEvents * interval);
                 filter.sample(0);
                 if (filter.events().size() < kEvents) throw std::runtime_error("events are lost");
                 return ns;
               }};
  };
  std::vector<Row> rows = {
      {"empty", [&] { return run_cost_ns(empty.get(), frame("192.0.2.7", 40000), kRepeat); }},
      judged("not-a-service", PacketBuilder{}.to("192.0.2.1", 22).build()),
      judged("bound-connection", frame("192.0.2.7", 40000)),
      judged("condemned-connection", frame("192.0.2.7", 40001)),
      judged("unjudged", frame("192.0.2.7", 40002)),
      judged("banned-source", frame("192.0.2.8", 40000)),
      judged("denied-cleartext-key", first_request(0)),
      judged("denied-cleartext-key-1k", first_request(900)),
      sampled("condemned-1-in-64", 64),
      sampled("condemned-1-in-1", 1)};
  for (unsigned round = 0; round < kRounds; ++round) {
    for (auto& row : rows) row.ns.push_back(row.measure());
  }
  const auto floor = median(rows.front().ns);
  for (const auto& row : rows) {
    const auto value = median(row.ns);
    fmt::print(R"({{"bench":"packet-cost","case":"{}","unit":"ns","value":{},"over_empty":{}}})"
               "\n",
               row.name, value, static_cast<int>(value) - static_cast<int>(floor));
  }
  return 0;
}

}  // namespace
}  // namespace sallyport::test

int main() {
  try {
    return sallyport::test::measure();
  } catch (const std::exception& error) {
    std::fputs((std::string(error.what()) + "\n").c_str(), stderr);
    return 1;
  }
}
