// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config/access_log_rules.hpp"
#include "agent/config/event_rules.hpp"
#include "agent/config/metrics_rules.hpp"
#include "agent/config/offender_rules.hpp"
#include "agent/config/pace_rules.hpp"
#include "agent/config/service_config.hpp"
#include "bpf/abi/service.h"

namespace sallyport {

/// How the outer door is attached to an interface. kAuto: natively alone, else in libxdp's
/// dispatcher where there is one, else TC.
enum class Attach { kAuto, kNative, kDispatcher, kTc };

struct OuterDoorConfig {
  std::vector<std::string> interfaces;  // empty: no outer door
  Attach attach = Attach::kAuto;
  std::uint32_t priority = 15;     // in libxdp's dispatcher; lower runs earlier
  sp_mode mode = SP_MODE_ENFORCE;  // until an operator sets another one
  std::string pin_directory = "/sys/fs/bpf/sallyport";
  std::uint32_t max_connections = 262144;
  std::uint32_t max_sources = 65536;
  std::uint32_t max_key_slots = 65536;
  std::uint32_t max_denied_keys = 262144;  // that it knows in the clear
  bool egress = false;  // counts what keys are sent, and holds it to their limits
  std::uint32_t resets_per_second = 1000;  // answers to condemned connections; 0: none
  EventRules events;
  bool required = false;  // true: refuse to start without it; false: the inner door alone, loudly
};

struct Config {
  std::string store_file;
  std::string control_socket = "/run/sallyport/control.sock";
  std::uint32_t workers = 0;  // 0: one per CPU
  std::string log_level = "info";
  AccessLogConfig access_log;
  MetricsConfig metrics;
  OuterDoorConfig outer_door;
  OffenderRules offenders;
  PaceRules pace;
  std::vector<ServiceConfig> services;  // at least one; unique names and endpoints
};

/// One thing wrong in a configuration file.
struct ConfigError {
  int line = 0;  // 1-based; 0 where it has none
  std::string message;
};

/// Either `errors` is empty and `config` is whole and sane, or `config` means nothing.
struct ParsedConfig {
  Config config;
  std::vector<ConfigError> errors;  // every error of the file, by line
};

/// Knows no file system: files named in it are not opened.
[[nodiscard]] ParsedConfig parse_config(std::string_view yaml);

}  // namespace sallyport
