// SPDX-License-Identifier: Apache-2.0
#include "agent/config/metrics_section.hpp"

#include "agent/config/scalars.hpp"
#include "agent/config/values.hpp"

namespace sallyport {
namespace {

struct Section {
  Endpoint listen;
  bool beyond_loopback = false;
};

constexpr std::array<Field<Section>, 2> kFields = {{
    {"listen", [](Section& s, const YamlValue& v) { read_endpoint(v, s.listen); }, Need::kRequired},
    {"beyond_loopback", [](Section& s, const YamlValue& v) { read_flag(v, s.beyond_loopback); }},
}};

bool is_loopback(const Address& address) {
  static const Cidr kV4 = *Cidr::parse("127.0.0.0/8");
  static const Cidr kV6 = *Cidr::parse("::1");
  return kV4.contains(address) || kV6.contains(address);
}

}  // namespace

void read_metrics(Config& into, const YamlValue& section) {
  Section read;
  read_section(read, section, kFields);
  if (read.listen.port != 0 && !read.beyond_loopback && !is_loopback(read.listen.address)) {
    section.fail("whoever reaches " + endpoint_text(read.listen) +
                 " could read the metrics: name a loopback address such as 127.0.0.1:9464, or add "
                 "beyond_loopback: true");
    return;
  }
  into.metrics = {.address = read.listen.address, .port = read.listen.port};
}

}  // namespace sallyport
