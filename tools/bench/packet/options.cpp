// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/packet/options.hpp"

#include <CLI/CLI.hpp>

#include "tools/bench/packet/cases.hpp"

namespace sallyport::bench {
namespace {

struct Texts {
  std::string source = "198.18.0.0";  // RFC 2544: for benchmarks
  std::string destination = "192.0.2.1";
};

void declare_traffic(CLI::App& app, Traffic& out, Texts& texts) {
  app.add_option("--source", texts.source, "first source address")->capture_default_str();
  app.add_option("--sources", out.sources, "how many")->check(CLI::Range(1U, 1U << 24));
  app.add_option("--source-port", out.first_port, "first source port")->capture_default_str();
  app.add_option("--flows", out.flows, "source ports for each source")->check(CLI::Range(1, 65535));
  app.add_option("--destination", texts.destination, "address")->capture_default_str();
  app.add_option("--port", out.port, "the service's port")->capture_default_str();
}

void declare(CLI::App& app, Options& out, Texts& texts) {
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--case", out.case_name, "what is measured")
      ->capture_default_str()
      ->check(CLI::IsMember(case_names()));
  app.add_option("--subject", out.subject, "who is measured")
      ->capture_default_str()
      ->check(
          CLI::IsMember({"sallyport", "xdp-drop", "xdp-read", "xdp-pass", "tc-drop", "program"}));
  app.add_option("--state", out.state, "how much is in the tables beside")
      ->capture_default_str()
      ->check(CLI::IsMember({"large", "small"}));
  declare_traffic(app, out.traffic, texts);
  auto* hold = app.add_subcommand(
      "hold",
      "stands on an interface until standard input ends; each line there is answered by "
      "the count of packets that met the case's verdict");
  hold->add_option("--interface", out.interface, "the receiving veth interface")->required();
  hold->add_option("--pin-directory", out.pin_directory, "on a bpffs")->capture_default_str();
  hold->callback([&out] { out.verb = Options::Verb::kHold; });
  auto* time = app.add_subcommand("time", "runs the program on one packet, unattached");
  time->add_option("--repeat", out.repeat, "how often")->required()->check(CLI::PositiveNumber);
  time->add_option("--program", out.program, "the kernel's number of a loaded program");
  time->callback([&out] { out.verb = Options::Verb::kTime; });
  auto* traffic = app.add_subcommand("traffic", "says what sp-trafficgen is to send for this case");
  traffic->add_option("--payload-file", out.payload_file, "gets the payload")->required();
  traffic->callback([&out] { out.verb = Options::Verb::kTraffic; });
  app.add_subcommand("state", "loads the state without a case; says what that took and takes")
      ->callback([&out] { out.verb = Options::Verb::kState; });
}

}  // namespace

Result<std::variant<Options, int>> parse_options(int argc, char** argv) {
  Options options;
  Texts texts;
  CLI::App app{"Puts the outer door, or a peer, into the state that a benchmark's case needs."};
  declare(app, options, texts);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return failure(Errc::kInvalid, error.what(), "see sp-bench-packet --help");
  }
  const auto source = Address::parse(texts.source);
  const auto destination = Address::parse(texts.destination);
  if (!source || !destination) return failure(Errc::kInvalid, "not two addresses");
  options.traffic.first_source = *source;
  options.traffic.destination = *destination;
  return options;
}

}  // namespace sallyport::bench
