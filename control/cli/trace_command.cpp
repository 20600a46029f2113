// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iostream>

#include "control/cli/command_groups.hpp"
#include "control/cli/interrupt.hpp"
#include "control/cli/output.hpp"
#include "control/cli/pcapng.hpp"
#include "control/cli/values.hpp"
#include "control/cli/watch_request.hpp"
#include "control/client/control_client.hpp"

namespace sallyport {
namespace {

using Kind = Parameter::Kind;

constexpr std::uint32_t kMostCaptured = 128;  // SP_EVENT_BYTES

std::string comment_of(const control::v1::Event& event) {
  const auto or_none = [](const std::string& text) { return text.empty() ? "none" : text; };
  const bool is_observed = event.verdict().starts_with("DROP_") && !event.dropped();
  return "verdict: " + event.verdict() + (is_observed ? " (observed)" : "") +
         "; key: " + or_none(event.key()) + "; service: " + or_none(event.service());
}

/// Writes events as pcapng, whole blocks at a time.
class Trace {
 public:
  explicit Trace(std::ostream& out) : out_(out) {}

  bool begin() { return write(pcapng_section("sallyport " SALLYPORT_VERSION)); }

  bool add(const control::v1::Event& event) {
    auto at = std::find(interfaces_.begin(), interfaces_.end(), event.interface());
    if (at == interfaces_.end()) {
      out_ << pcapng_interface(event.interface(), kMostCaptured);
      at = interfaces_.insert(at, event.interface());
    }
    const auto comment = comment_of(event);
    ++packets_;
    missed_ = event.missed();
    return write(pcapng_packet({.interface = static_cast<std::uint32_t>(at - interfaces_.begin()),
                                .time_ns = event.time_ns(),
                                .bytes = event.headers(),
                                .length = event.length(),
                                .comment = comment}));
  }

  [[nodiscard]] bool is_whole() const { return static_cast<bool>(out_); }
  [[nodiscard]] std::uint64_t packets() const noexcept { return packets_; }
  [[nodiscard]] std::uint64_t missed() const noexcept { return missed_; }

 private:
  bool write(const std::string& bytes) { return static_cast<bool>((out_ << bytes).flush()); }

  std::ostream& out_;
  std::vector<std::string> interfaces_;
  std::uint64_t packets_ = 0;
  std::uint64_t missed_ = 0;
};

/// Where it is written: `file` is opened unless it is standard output.
Result<std::ostream*> open_target(const std::string& name, std::ofstream& file) {
  if (name == "-") {
    if (isatty(STDOUT_FILENO) == 0) return &std::cout;
    return failure(Errc::kInvalid, "a trace is not text, and standard output is a terminal",
                   "write it to a file, --write trace.pcapng, or into a program that reads it");
  }
  errno = 0;
  file.open(name, std::ios::binary | std::ios::trunc);
  if (file) return &file;
  auto why =
      system_failure(errno, "cannot write " + name,
                     "name a file in a directory that is there, or - for the standard output");
  why.code = Errc::kInvalid;  // an error, no negative answer
  return why;
}

void tell_end(const Trace& trace, const std::string& name, Output& output) {
  if (trace.missed() != 0) {
    std::cerr << "sallyport: " << trace.missed() << " packets came too fast and were left out\n"
              << "  ask for fewer: --verdict, --source, --service\n";
  }
  if (name == "-") return;
  if (output.is_json()) {
    output.json(boost::json::value{
        {"file", name}, {"packets", trace.packets()}, {"missed", trace.missed()}});
  } else {
    output.line("wrote " + std::to_string(trace.packets()) + " packets to " + name);
  }
}

Result<int> trace(const Invocation& invocation, ControlClient& client, Output& output) {
  auto request = make_watch_request(invocation, "--count");
  if (!request) return request.error();
  request->set_follow(true);
  std::chrono::seconds span{0};
  if (invocation.has("--seconds")) {
    auto seconds = parse_number("--seconds", invocation.value("--seconds"));
    if (!seconds) return seconds.error();
    if (*seconds == 0) return failure(Errc::kInvalid, "--seconds is 0", "write 1 or more");
    span = std::chrono::seconds(*seconds);
  }
  const std::string& name = invocation.value("--write");
  std::ofstream file;
  auto target = open_target(name, file);
  if (!target) return target.error();
  Trace trace(**target);
  const Interrupt interrupt;
  auto followed = client.follow(
      &ControlClient::Stub::WatchEvents, *request, {.stop = interrupt.fd(), .span = span},
      [&] { trace.begin(); }, [&](const control::v1::Event& event) { return trace.add(event); });
  if (!followed) return followed.error();
  if (name != "-" && !trace.is_whole()) {
    return failure(Errc::kUnavailable, name + " could not be written to its end",
                   "is the disk full?");
  }
  tell_end(trace, name, output);
  return kDone;
}

}  // namespace

std::vector<Command> trace_commands() {
  return {
      {"trace", "write packets that the outer door drops, a sample of them, as a capture (pcapng)",
       "Their headers alone, never payload. The comment of each packet has its verdict, key and "
       "service. Read it with: sallyport trace | tshark -r -. Ends with Ctrl-C.",
       with_event_filters(
           {{Kind::kOption, "--count", "N", "end after N packets"},
            {Kind::kOption, "--seconds", "S", "end after S seconds"},
            {Kind::kOption, "--write", "FILE", "where to; -: standard output", "-"}}),
       trace},
  };
}

}  // namespace sallyport
