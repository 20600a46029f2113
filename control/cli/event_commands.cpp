// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <iostream>

#include "control/cli/command_groups.hpp"
#include "control/cli/interrupt.hpp"
#include "control/cli/output.hpp"
#include "control/cli/watch_request.hpp"
#include "control/client/control_client.hpp"

namespace sallyport {
namespace {

using Kind = Parameter::Kind;
using Stub = ControlClient::Stub;

std::string show_endpoint(const std::string& address, std::uint32_t port) {
  const bool is_v6 = address.find(':') != std::string::npos;
  return (is_v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

/// "2026-11-24 10:31:07.123Z"
std::string show_moment(std::uint64_t time_ns) {
  std::string text = show_time(static_cast<std::int64_t>(time_ns / 1'000'000'000));
  const std::string ms = std::to_string(1000 + time_ns / 1'000'000 % 1000).substr(1);
  return text.insert(text.size() - 1, "." + ms);
}

/// One line of columns whose widths are known beforehand: the rows come one by one.
std::string columns(const std::array<std::string, 6>& cells) {
  static constexpr std::array<std::size_t, 6> kWidths = {24, 25, 21, 10, 8, 0};
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    line += cells[i];
    if (i + 1 == cells.size()) break;
    line.append(kWidths[i] > cells[i].size() ? kWidths[i] - cells[i].size() : 0, ' ').append("  ");
  }
  return line;
}

std::string show_event(const control::v1::Event& event) {
  const bool is_observed = event.verdict().starts_with("DROP_") && !event.dropped();
  return columns({show_moment(event.time_ns()),
                  event.verdict() + (is_observed ? " (observed)" : ""),
                  show_endpoint(event.source(), event.source_port()),
                  event.service().empty() ? "-" : event.service(),
                  event.key().empty() ? "-" : event.key(), std::to_string(event.length())});
}

/// Prints events one by one.
class EventPrinter {
 public:
  explicit EventPrinter(Output& output) : output_(output) {}

  void begin() {
    if (output_.is_json()) return;
    output_.line(columns({"TIME", "VERDICT", "SOURCE", "SERVICE", "KEY", "LENGTH"}));
    (void)output_.flush();
  }

  /// Whether anybody takes what is printed.
  bool print(const control::v1::Event& event) {
    missed_ = event.missed();
    if (output_.is_json()) {
      output_.json(to_json(event));
    } else {
      output_.line(show_event(event));
    }
    return output_.flush();
  }

  void end() const {
    if (missed_ == 0) return;
    std::cerr << "sallyport: " << missed_ << " events came too fast and were left out\n"
              << "  ask for fewer: --verdict, --source, --service\n";
  }

 private:
  Output& output_;
  std::uint64_t missed_ = 0;
};

Result<int> events(const Invocation& invocation, ControlClient& client, Output& output) {
  auto request = make_watch_request(invocation, "--limit");
  if (!request) return request.error();
  EventPrinter printer(output);
  const auto print = [&](const control::v1::Event& event) { return printer.print(event); };
  if (!request->follow()) {
    std::vector<control::v1::Event> kept;
    auto listed = client.list(&Stub::WatchEvents, *request,
                              [&](const control::v1::Event& event) { kept.push_back(event); });
    if (!listed) return listed.error();
    printer.begin();
    for (const auto& event : kept) print(event);
    return kDone;
  }
  const Interrupt interrupt;
  auto followed = client.follow(
      &Stub::WatchEvents, *request, {.stop = interrupt.fd(), .span = std::chrono::seconds(0)},
      [&] { printer.begin(); }, print);
  printer.end();
  if (!followed) return followed.error();
  return kDone;
}

}  // namespace

std::vector<Command> event_commands() {
  return {
      {"events", "show packets that the outer door has dropped, a sample of them",
       "The configuration says how large the sample is (outer_door.events). Without --follow: the "
       "last ones that the agent kept, oldest first.",
       with_event_filters(
           {{Kind::kFlag, "-f,--follow", "", "show new ones as they come, until Ctrl-C"},
            {Kind::kOption, "--limit", "N", "the last N; with --follow, end after N"}}),
       events},
  };
}

}  // namespace sallyport
