// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <optional>

#include "control/cli/command.hpp"
#include "control/cli/command_line.hpp"
#include "control/cli/output.hpp"
#include "control/cli/values.hpp"
#include "control/client/control_client.hpp"

namespace sallyport {
namespace {

int print_failure(const Failure& failure) {
  std::cerr << "sallyport: " << failure.message << "\n";
  if (!failure.remedy.empty()) std::cerr << "  " << failure.remedy << "\n";
  switch (failure.code) {
    case Errc::kNotFound:
    case Errc::kExists:
    case Errc::kConflict:
    case Errc::kDenied:
    case Errc::kFull:
      return kNegative;
    default:
      return kError;
  }
}

int run(const CommandLine& line) {
  const auto& invocation = line.invocation;
  auto timeout = parse_duration(invocation.value("--timeout"));
  if (!timeout) return print_failure(timeout.error());
  ControlClient client(invocation.value("--socket"), std::chrono::seconds(*timeout));
  Output output(std::cout, invocation.value("--output") == "json" ? Format::kJson : Format::kTable);
  auto status = line.command->run(invocation, client, output);
  if (!status) return print_failure(status.error());
  std::cout.flush();
  if (!std::cout) {
    std::cerr << "sallyport: the answer could not be written to standard output\n";
    return kError;
  }
  return *status;
}

}  // namespace
}  // namespace sallyport

int main(int argc, char** argv) {
  using namespace sallyport;
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);  // a key that was just made may be in memory
  const char* socket = std::getenv("SALLYPORT_SOCKET");
  const auto line =
      parse_command_line({argv + 1, argv + argc},
                         socket != nullptr ? std::optional<std::string>(socket) : std::nullopt);
  if (line.command != nullptr) return run(line);
  if (line.status == kDone) {
    std::cout << line.text;
  } else {
    std::cerr << "sallyport: " << line.text << "\n";
  }
  return line.status;
}
