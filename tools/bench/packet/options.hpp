// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "agent/base/address.hpp"
#include "agent/base/result.hpp"

namespace sallyport::bench {

/// Who sends, in the terms of sp-trafficgen, and where to.
struct Traffic {
  Address first_source;
  std::uint32_t sources = 50;
  std::uint16_t first_port = 1024;
  std::uint32_t flows = 16;  // source ports for each source
  Address destination;
  std::uint16_t port = 443;
};

struct Options {
  enum class Verb { kHold, kTime, kTraffic, kState };

  Verb verb = Verb::kHold;
  std::string subject = "sallyport";  // "sallyport", an empty program ("xdp-drop", …), or "program"
  std::uint32_t program = 0;          // kernel's number of it, of subject "program"
  std::string case_name = "pass-unjudged";
  std::string state = "large";  // how much is in the tables: "large" or "small"
  std::string interface;        // hold
  std::string pin_directory = "/sys/fs/bpf/sallyport";
  std::uint32_t repeat = 0;  // time
  std::string payload_file;  // traffic
  Traffic traffic;
};

/// The options, or the exit status of a run that only had to print help.
[[nodiscard]] Result<std::variant<Options, int>> parse_options(int argc, char** argv);

}  // namespace sallyport::bench
