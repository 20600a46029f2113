// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>
#include <fmt/format.h>
#include <time.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <string>

#include "tools/bench/packet/options.hpp"
#include "tools/bench/packet/subject.hpp"
#include "tools/trafficgen/frame.hpp"

namespace sallyport::bench {
namespace {

Result<void> hold(const Options& options) {
  const auto subject = stand_on_interface(options);
  if (!subject) return subject.error();
  fmt::print("ready\n");
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
    const auto counted = (*subject)->counted();
    if (!counted) return counted.error();
    fmt::print(R"({{"packets":{}}})"
               "\n",
               *counted);
    std::fflush(stdout);
  }
  return {};
}

/// The first packet of the traffic. Its checksums are missing, and nobody looks at them.
std::vector<std::uint8_t> first_packet(const Traffic& traffic) {
  constexpr std::uint8_t kAck = 0x10;
  trafficgen::Options options;
  options.source = traffic.first_source;
  options.source_port = traffic.first_port;
  options.destination = traffic.destination;
  options.destination_port = traffic.port;
  options.tcp_flags = kAck;
  auto frame = trafficgen::make_frame(options, {}, {});
  const auto port = __builtin_bswap16(traffic.first_port);
  std::memcpy(&frame.bytes[frame.source_at], &traffic.first_source.bytes[12], 4);
  std::memcpy(&frame.bytes[frame.port_at], &port, sizeof port);
  return frame.bytes;
}

/// CPU time, not wall clock: what else runs here must not count.
double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

Result<void> time_it(const Options& options) {
  const auto subject = load_subject(options);
  if (!subject) return subject.error();
  const auto packet = first_packet(options.traffic);
  LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet.data(),
              .data_size_in = static_cast<__u32>(packet.size()),
              .repeat = static_cast<int>(options.repeat));
  const auto before = thread_seconds();
  if (bpf_prog_test_run_opts((*subject)->program_fd(), &run) != 0) {
    return system_failure(errno, "the kernel does not run the program");
  }
  const auto seconds = thread_seconds() - before;
  const auto counted = (*subject)->counted();
  if (!counted) return counted.error();
  if (options.subject == "sallyport" && *counted != options.repeat) {
    return failure(Errc::kInternal, fmt::format("{} of {} packets met the verdict of {}", *counted,
                                                options.repeat, options.case_name));
  }
  fmt::print(R"({{"ns":{:.2f},"answer":{}}})"
             "\n",
             seconds * 1e9 / options.repeat, run.retval);
  return {};
}

Result<void> run(const Options& options) {
  return options.verb == Options::Verb::kHold ? hold(options) : time_it(options);
}

}  // namespace
}  // namespace sallyport::bench

int main(int argc, char** argv) {
  using namespace sallyport;
  const auto parsed = bench::parse_options(argc, argv);
  if (parsed && std::holds_alternative<int>(*parsed)) return std::get<int>(*parsed);
  const auto done =
      parsed ? bench::run(std::get<bench::Options>(*parsed)) : Result<void>(parsed.error());
  if (done) return 0;
  std::fprintf(stderr, "sp-bench-packet: %s\n", to_string(done.error()).c_str());
  return 2;
}
