// SPDX-License-Identifier: Apache-2.0
#include "agent/registry/key_spec.hpp"

#include <algorithm>

#include "agent/base/key_format.hpp"
#include "agent/registry/names.hpp"

namespace sallyport {
namespace {

bool is_base62(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

Result<void> check_traffic(const TrafficLimit& limit) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 40;
  if (std::max({limit.bytes_per_second, limit.byte_burst, limit.egress_per_second}) > kMost) {
    return failure(Errc::kInvalid, "a byte limit is at most 2^40 bytes");
  }
  if ((limit.packets_per_second == 0 && limit.packet_burst != 0) ||
      (limit.bytes_per_second == 0 && limit.byte_burst != 0)) {
    return failure(Errc::kInvalid, "a burst without a rate limits nothing", "give the rate too");
  }
  return {};
}

template <class Number>
void set_rate(const std::optional<Number>& rate, const std::optional<Number>& burst,
              Number& rate_of, Number& burst_of) {
  if (rate) rate_of = *rate;
  if (burst) burst_of = *burst;
  if (rate && *rate == 0 && !burst) burst_of = 0;
}

}  // namespace

void KeyPatch::apply_to(Key& key) const {
  if (expires_at) key.expires_at = *expires_at;
  if (note) key.note = *note;
  set_rate(per_second, burst, key.limit.per_second, key.limit.burst);
  TrafficLimit& traffic = key.traffic;
  set_rate(packets_per_second, packet_burst, traffic.packets_per_second, traffic.packet_burst);
  set_rate(bytes_per_second, byte_burst, traffic.bytes_per_second, traffic.byte_burst);
  if (egress_per_second) traffic.egress_per_second = *egress_per_second;
}

Result<void> check_key(const Key& key) {
  if (!std::all_of(key.id.begin(), key.id.end(), is_base62)) {
    return failure(Errc::kInvalid, "not a key's id: it is 8 letters or digits");
  }
  if (!is_environment(key.env)) {
    return failure(Errc::kInvalid, "not an environment: it is 1 to 8 of a-z and 0-9");
  }
  if (key.not_before < 0 || key.expires_at < 0) {
    return failure(Errc::kInvalid, "a key's times can't lie before 1970");
  }
  if (key.expires_at != 0 && key.expires_at <= key.not_before) {
    return failure(Errc::kInvalid, "the key would expire before it is valid");
  }
  if (auto good = check_traffic(key.traffic); !good) return good;
  return check_text("note", key.note);
}

}  // namespace sallyport
