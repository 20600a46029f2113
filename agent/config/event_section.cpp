// SPDX-License-Identifier: Apache-2.0
#include "agent/config/event_section.hpp"

#include <bit>

#include "agent/config/values.hpp"

namespace sallyport {
namespace {

constexpr Range kInterval = {0, 1U << 30};
constexpr Range kRingBytes = {4096, 1U << 30};

void read_ring_bytes(EventRules& rules, const YamlValue& value) {
  const auto bytes = whole_of(value, kRingBytes);
  if (!bytes) return;
  if (std::has_single_bit(*bytes)) {
    rules.ring_bytes = static_cast<std::uint32_t>(*bytes);
  } else {
    value.fail("expected a power of two, such as 1048576, got " + value.quoted());
  }
}

constexpr std::array<Field<EventRules>, 3> kFields = {{
    {"sample", [](EventRules& r, const YamlValue& v) { read_whole(v, r.sample, kInterval); }},
    {"sample_passes",
     [](EventRules& r, const YamlValue& v) { read_whole(v, r.sample_passes, kInterval); }},
    {"ring_bytes", read_ring_bytes},
}};

}  // namespace

void read_events(EventRules& into, const YamlValue& section) {
  read_section(into, section, kFields);
}

}  // namespace sallyport
