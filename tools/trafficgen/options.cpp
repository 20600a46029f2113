// SPDX-License-Identifier: Apache-2.0
#include "tools/trafficgen/options.hpp"

#include <linux/tcp.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

namespace sallyport::trafficgen {
namespace {

constexpr std::uint32_t kMostSources = 1U << 24;
constexpr std::uint32_t kMostPayload = 1400;
constexpr std::uint8_t kFin = 0x01, kSyn = 0x02, kRst = 0x04, kPsh = 0x08, kAck = 0x10;

const std::map<std::string, std::uint8_t> kFlags = {
    {"syn", kSyn}, {"ack", kAck}, {"psh-ack", kPsh | kAck}, {"fin", kFin | kAck}, {"rst", kRst}};

/// As typed, before it means anything.
struct Texts {
  std::string source, destination, mac, flags = "ack", payload_file;
  std::uint32_t sources = 0;
  std::uint32_t payload_bytes = 0;
};

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// How many addresses a prefix of this length leaves, and what of them varies.
Result<void> read_prefix(const std::string& text, bool sources_given, Options& out) {
  const unsigned bits = out.source.is_v4() ? 32 : 128;
  const auto length = parse_number<unsigned>(text);
  if (!length || *length > bits) return failure(Errc::kInvalid, "no prefix length: " + text);
  out.varies_subnet = bits == 128 && *length <= 64;
  const unsigned host_bits = (out.varies_subnet ? 64 : bits) - *length;
  if (sources_given) return {};
  if (host_bits > 24) {
    return failure(Errc::kInvalid, "a /" + text + " holds too many sources to send from all",
                   "say how many with --sources, 16777216 at most");
  }
  out.sources = 1U << host_bits;
  return {};
}

Result<void> read_source(const Texts& texts, Options& out) {
  const auto slash = texts.source.find('/');
  const auto address = Address::parse(texts.source.substr(0, slash));
  if (!address) return failure(Errc::kInvalid, "no address: " + texts.source);
  out.source = *address;
  out.sources = std::max(texts.sources, 1U);
  if (slash != std::string::npos) {
    auto read = read_prefix(texts.source.substr(slash + 1), texts.sources > 0, out);
    if (!read) return read;
  }
  if (out.sources > kMostSources) {
    return failure(Errc::kInvalid, "more than 16777216 sources");
  }
  return {};
}

Result<void> read_destination(const std::string& text, Options& out) {
  const auto colon = text.rfind(':');
  std::string host = text.substr(0, colon == std::string::npos ? 0 : colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  const auto address = Address::parse(host);
  const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
  if (!address || !port) {
    return failure(Errc::kInvalid, "no destination: " + text,
                   "write ADDRESS:PORT, or [ADDRESS]:PORT for IPv6");
  }
  out.destination = *address;
  out.destination_port = *port;
  if (out.destination.is_v4() != out.source.is_v4()) {
    return failure(Errc::kInvalid, "source and destination are of different families");
  }
  return {};
}

Result<void> read_payload(const Texts& texts, Options& out) {
  out.payload.assign(texts.payload_bytes, 'x');
  if (texts.payload_file.empty()) return {};
  std::ifstream file(texts.payload_file, std::ios::binary);
  out.payload.assign(std::istreambuf_iterator<char>(file), {});
  if (!file) return failure(Errc::kInvalid, "can't read " + texts.payload_file);
  if (out.payload.size() > kMostPayload) {
    return failure(Errc::kInvalid, texts.payload_file + " is longer than a frame's payload",
                   "1400 bytes at most");
  }
  return {};
}

Result<void> read_rest(const Texts& texts, Options& out) {
  if (!texts.mac.empty()) {
    out.destination_mac = parse_mac(texts.mac);
    if (!out.destination_mac) return failure(Errc::kInvalid, "no MAC address: " + texts.mac);
  }
  out.tcp_flags = kFlags.at(texts.flags);
  if (auto read = read_payload(texts, out); !read) return read;
  if (out.count == 0 && out.seconds <= 0) {
    return failure(Errc::kInvalid, "how long to send is not said", "give --count or --seconds");
  }
  if (out.flows < 1 || out.source_port + out.flows > 65536U) {
    return failure(Errc::kInvalid, "the source ports would go beyond 65535",
                   "begin lower with --source-port or use fewer --flows");
  }
  return {};
}

void declare(CLI::App& app, Options& out, Texts& texts) {
  app.add_option("--interface,-i", out.interface, "the veth interface to send on")->required();
  app.add_option("--source", texts.source,
                 "first source ADDRESS, or ADDRESS/PREFIX for all that follow it in there (of an "
                 "IPv6 prefix up to /64, its /64 networks)")
      ->required();
  app.add_option("--sources", texts.sources, "how many source addresses")
      ->check(CLI::Range(1U, kMostSources));
  app.add_option("--source-port", out.source_port, "first source port")->capture_default_str();
  app.add_option("--flows", out.flows, "source ports for each source")->capture_default_str();
  app.add_option("--destination", texts.destination, "ADDRESS:PORT")->required();
  app.add_option("--destination-mac", texts.mac, "instead of the peer's, or else broadcast");
  app.add_option("--flags", texts.flags, "TCP flags")
      ->check(CLI::IsMember(kFlags))
      ->capture_default_str();
  app.add_option("--sequence", out.sequence, "TCP sequence number")->capture_default_str();
  auto* bytes = app.add_option("--payload", texts.payload_bytes, "bytes after the TCP header")
                    ->check(CLI::Range(0U, kMostPayload))
                    ->capture_default_str();
  app.add_option("--payload-file", texts.payload_file, "what is in it is the payload")
      ->excludes(bytes);
  app.add_option("--count", out.count, "frames to send");
  app.add_option("--seconds", out.seconds, "how long to send")->check(CLI::PositiveNumber);
  app.add_option("--rate", out.rate, "frames a second; 0: as many as the core can")
      ->capture_default_str();
  app.add_option("--burst", out.burst,
                 "the most frames at once at a limited rate, for what is overdue; more than the "
                 "peer's ring holds (256) may be lost")
      ->check(CLI::Range(0, 1 << 24))
      ->capture_default_str();
  app.add_option("--cpu", out.cpu, "the CPU to send from")->check(CLI::NonNegativeNumber);
  app.add_flag("--random", out.random, "draw sources and ports at random, not in turn");
}

}  // namespace

std::optional<MacAddress> parse_mac(const std::string& text) {
  MacAddress mac{};
  int end = 0;
  if (std::sscanf(text.c_str(), "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &mac[0], &mac[1], &mac[2],
                  &mac[3], &mac[4], &mac[5], &end) != 6 ||
      end != static_cast<int>(text.size())) {
    return std::nullopt;
  }
  return mac;
}

std::string to_string(const MacAddress& mac) {
  std::array<char, 18> text{};
  std::snprintf(text.data(), text.size(), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
                mac[3], mac[4], mac[5]);
  return text.data();
}

Result<std::variant<Options, int>> parse_options(int argc, char** argv) {
  Options options;
  Texts texts;
  CLI::App app{"Sends TCP frames of a given form from many sources, at the rate of the core."};
  declare(app, options, texts);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return failure(Errc::kInvalid, error.what(), "see sp-trafficgen --help");
  }
  if (auto read = read_source(texts, options); !read) return read.error();
  if (auto read = read_destination(texts.destination, options); !read) return read.error();
  if (auto read = read_rest(texts, options); !read) return read.error();
  return options;
}

}  // namespace sallyport::trafficgen
