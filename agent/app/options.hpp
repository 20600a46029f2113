// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sallyport {

/// What `sallyportd` was asked to do.
struct Options {
  enum class Verb { kServe, kCheckConfig, kDetach, kDoctor, kCheckStore, kRestore, kExit };

  Verb verb = Verb::kServe;
  std::string config_file = "/etc/sallyport/sallyport.yaml";
  std::string store_file;  // kCheckStore: empty: the configured one; kRestore: the backup
  int exit_status = 0;     // kExit: help was printed, or the command line is wrong
};

/// Prints help and usage errors itself.
[[nodiscard]] Options parse_options(int argc, char** argv);

/// Runs what was asked for; the process's exit status.
[[nodiscard]] int run_agent(const Options& options);

}  // namespace sallyport
