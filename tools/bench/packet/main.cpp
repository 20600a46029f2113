// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "tools/bench/packet/cases.hpp"
#include "tools/bench/packet/form.hpp"
#include "tools/bench/packet/options.hpp"
#include "tools/bench/packet/state_report.hpp"
#include "tools/bench/packet/subject.hpp"
#include "tools/bench/packet/thread_clock.hpp"

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

Result<void> open_flow(int program_fd, const std::vector<std::uint8_t>& syn) {
  LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = syn.data(),
              .data_size_in = static_cast<__u32>(syn.size()), .repeat = 1);
  if (bpf_prog_test_run_opts(program_fd, &run) == 0) return {};
  return system_failure(errno, "the kernel does not run the program");
}

Result<void> time_it(const Options& options) {
  const auto subject = load_subject(options);
  if (!subject) return subject.error();
  const auto& form = get_case(options.case_name).form;
  if (form->is_opened) {
    auto opened =
        open_flow((*subject)->program_fd(), first_packet(options.traffic, opening_of(*form)));
    if (!opened) return opened;
  }
  const auto packet = first_packet(options.traffic, *form);
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

Result<void> say_traffic(const Options& options) {
  const auto& form = *get_case(options.case_name).form;
  if (!(std::ofstream(options.payload_file, std::ios::binary) << form.payload << std::flush)) {
    return failure(Errc::kInvalid, "can't write " + options.payload_file);
  }
  fmt::print(R"({{"open":{},"send":{}}})"
             "\n",
             form.is_opened ? words_of(opening_of(form), "") : "[]",
             words_of(form, options.payload_file));
  return {};
}

Result<void> run(const Options& options) {
  switch (options.verb) {
    case Options::Verb::kHold:
      return hold(options);
    case Options::Verb::kTime:
      return time_it(options);
    case Options::Verb::kTraffic:
      return say_traffic(options);
    case Options::Verb::kState:
      return report_state(options);
  }
  return {};
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
