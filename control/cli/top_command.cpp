// SPDX-License-Identifier: Apache-2.0
#include <future>

#include "control/cli/command_groups.hpp"
#include "control/cli/output.hpp"
#include "control/cli/terminal.hpp"
#include "control/cli/top_screen.hpp"
#include "control/cli/values.hpp"
#include "control/client/control_client.hpp"

namespace sallyport {
namespace {

using Kind = Parameter::Kind;
using Stub = ControlClient::Stub;

constexpr std::uint32_t kMostRows = 100;
constexpr std::chrono::milliseconds kKeyPatience{100};
constexpr std::size_t kUnbounded = 1000;

Result<control::v1::GetTopRequest> request_of(const Invocation& invocation) {
  const auto seconds = parse_duration(invocation.value("--interval"));
  if (!seconds) return seconds.error();
  if (*seconds < 1 || *seconds > 10) {
    return failure(Errc::kInvalid, "a look lasts 1s to 10s, not " + invocation.value("--interval"));
  }
  control::v1::GetTopRequest request;
  request.set_window_ms(static_cast<std::uint32_t>(*seconds) * 1000);
  request.set_most(kMostRows);
  return request;
}

void print(const control::v1::Top& top, Output& output) {
  if (output.is_json()) {
    output.json(to_json(top));
    return;
  }
  for (const auto& line : show_top(top, {kLeastScreen.columns, kUnbounded})) output.line(line);
}

/// As JSON, one line a look, for as long as somebody reads them.
Result<int> print_all(ControlClient& client, const control::v1::GetTopRequest& request,
                      Output& output) {
  do {
    auto top = client.call(&Stub::GetTop, request);
    if (!top) return top.error();
    print(*top, output);
  } while (output.flush());
  return kDone;
}

/// Draws until q is pressed. The agent is asked on a thread of its own, so that keys are answered.
Result<int> draw(ControlClient& client, const control::v1::GetTopRequest& request) {
  auto terminal = Terminal::open();
  if (!terminal) return terminal.error();
  (*terminal)->show({"sallyport top: looking (q quits)"});
  for (;;) {
    auto looking =
        std::async(std::launch::async, [&] { return client.call(&Stub::GetTop, request); });
    while (looking.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
      if ((*terminal)->key_within(kKeyPatience) != 'q') continue;
      terminal->reset();  // the screen is back at once; the look comes to its end
      return kDone;
    }
    const auto top = looking.get();
    if (!top) return top.error();
    (*terminal)->show(show_top(*top, (*terminal)->size()));
  }
}

Result<int> top(const Invocation& invocation, ControlClient& client, Output& output) {
  const auto request = request_of(invocation);
  if (!request) return request.error();
  if (!invocation.has("--once")) {
    return output.is_json() ? print_all(client, *request, output) : draw(client, *request);
  }
  auto seen = client.call(&Stub::GetTop, *request);
  if (!seen) return seen.error();
  print(*seen, output);
  return kDone;
}

}  // namespace

std::vector<Command> top_commands() {
  return {
      {"top",
       "show who asks most right now, and what becomes of it",
       "Rates a second: packets by verdict, requests by check, the keys and the sources with the "
       "most requests, and each service with its upstream (how long until its answers begin). "
       "Fits a terminal of 80 columns and 24 lines; q quits. Nothing is counted while nobody "
       "looks. With -o json: one line a look.",
       {{Kind::kOption, "--interval", "DURATION", "how long a look lasts, 1s to 10s", "2s"},
        {Kind::kFlag, "--once", "", "print one look and end"}},
       top},
  };
}

}  // namespace sallyport
