// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sched.h>
#include <sys/time.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <limits>
#include <thread>

#include "tools/trafficgen/frame.hpp"
#include "tools/trafficgen/options.hpp"
#include "tools/trafficgen/sender.hpp"
#include "tools/trafficgen/veth.hpp"

namespace sallyport::trafficgen {
namespace {

using Clock = std::chrono::steady_clock;

// Between two runs of a program the kernel waits until nobody uses the one before, which takes a
// busy machine a tenth of a second: so many frames are one run, and a timer ends it.
constexpr std::uint64_t kChunk = 1 << 24;
constexpr std::uint64_t kChunksASecond = 100;  // at most, at a limited rate
constexpr int kLooks = 50;                     // at what the peer took, 2 ms apart
constexpr std::uint64_t kTooFew = 50;          // a peer that is ready takes more than one in 50

volatile std::sig_atomic_t interrupted = 0;
void on_signal(int) {
  interrupted = 1;
}

/// Has SIGALRM end whatever run is under way then, and again soon, lest it came between two.
void ring_after(double seconds) {
  constexpr suseconds_t kAgain = 50'000;
  const auto whole = static_cast<time_t>(seconds);
  const auto rest = static_cast<suseconds_t>((seconds - static_cast<double>(whole)) * 1e6);
  const itimerval timer{.it_interval = {.tv_sec = 0, .tv_usec = kAgain},
                        .it_value = {.tv_sec = whole, .tv_usec = std::max<suseconds_t>(rest, 1)}};
  setitimer(ITIMER_REAL, &timer, nullptr);
}

Result<void> pin_to(int cpu) {
  if (cpu < 0) return {};
  cpu_set_t set;
  CPU_ZERO(&set);
  if (cpu < CPU_SETSIZE) CPU_SET(cpu, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) {
    return system_failure(errno, fmt::format("can't run on CPU {}", cpu), "see: nproc --all");
  }
  return {};
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// How many frames one run is to send: a hundredth of a second's worth, or what is overdue where
/// the runs take longer than that and the burst allows it.
std::uint64_t chunk_of(Clock::time_point start, std::uint64_t sent, const Options& options) {
  const std::uint64_t rate = options.rate;
  if (rate == 0) return kChunk;
  const auto due = static_cast<std::uint64_t>(seconds_since(start) * static_cast<double>(rate));
  const std::uint64_t least = std::max<std::uint64_t>(rate / kChunksASecond, 1);
  const std::uint64_t most = std::max(std::min(least, kChunk), options.burst);
  return std::clamp(due > sent ? due - sent : 0, std::min(least, most), most);
}

/// Sleeps until the `sent`th frame is due.
void keep_rate(Clock::time_point start, std::uint64_t sent, std::uint64_t rate) {
  if (rate == 0) return;
  const double due = static_cast<double>(sent) / static_cast<double>(rate);
  std::this_thread::sleep_until(
      start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(due)));
}

/// Returns how many seconds it took.
Result<double> send_all(Sender& sender, const Options& options) {
  const std::uint64_t all =
      options.count > 0 ? options.count : std::numeric_limits<std::uint64_t>::max();
  if (options.seconds > 0) ring_after(options.seconds);
  const auto start = Clock::now();
  while (interrupted == 0 && sender.sent() < all) {
    const auto next = std::min(chunk_of(start, sender.sent(), options), all - sender.sent());
    if (auto sent = sender.send(static_cast<std::uint32_t>(next)); !sent) return sent.error();
    keep_rate(start, sender.sent(), options.rate);
  }
  return seconds_since(start);
}

/// The peer receives on its own time: waits while it has taken nothing, up to 100 ms.
Result<std::uint64_t> taken_since(const Veth& veth, std::uint64_t before, std::uint64_t sent) {
  for (int look = 0;; ++look) {
    const auto now = taken_by_peer(veth.index);
    if (!now || *now - before >= sent || look >= kLooks) return now;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

Result<void> run(const Options& options) {
  const auto veth = find_veth(options.interface);
  if (!veth) return veth.error();
  if (!veth->is_up) {
    return failure(Errc::kUnavailable, options.interface + " is down",
                   "bring it up: ip link set " + options.interface + " up");
  }
  constexpr MacAddress kBroadcast = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  const auto to = options.destination_mac.value_or(veth->peer_mac.value_or(kBroadcast));
  if (auto pinned = pin_to(options.cpu); !pinned) return pinned;
  auto sender = Sender::open(options, *veth, make_frame(options, veth->mac, to));
  if (!sender) return sender.error();
  const auto before = taken_by_peer(veth->index);
  if (!before) return before.error();
  const auto seconds = send_all(*sender, options);
  if (!seconds) return seconds.error();
  const auto sent = sender->sent();
  const auto after = taken_since(*veth, *before, sent);
  if (!after) return after.error();
  if ((*after - *before) * kTooFew < sent) {
    return failure(Errc::kUnavailable,
                   fmt::format("the peer of {} took {} of {} frames", options.interface,
                               *after - *before, sent),
                   "it must be up, with an XDP program on it or with: ethtool -K PEER gro on");
  }
  fmt::print(R"({{"interface":"{}","destination_mac":"{}","sent":{},"taken":{},"seconds":{:.6f},)"
             R"("pps":{:.0f}}})"
             "\n",
             options.interface, to_string(to), sent, *after - *before, *seconds,
             static_cast<double>(sent) / std::max(*seconds, 1e-9));
  return {};
}

}  // namespace
}  // namespace sallyport::trafficgen

int main(int argc, char** argv) {
  using namespace sallyport;
  std::signal(SIGINT, trafficgen::on_signal);
  std::signal(SIGTERM, trafficgen::on_signal);
  std::signal(SIGALRM, trafficgen::on_signal);
  const auto parsed = trafficgen::parse_options(argc, argv);
  if (parsed && std::holds_alternative<int>(*parsed)) return std::get<int>(*parsed);
  const auto done = parsed ? trafficgen::run(std::get<trafficgen::Options>(*parsed))
                           : Result<void>(parsed.error());
  if (done) return 0;
  std::fprintf(stderr, "sp-trafficgen: %s\n", to_string(done.error()).c_str());
  return 2;
}
