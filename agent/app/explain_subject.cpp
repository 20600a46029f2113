// SPDX-License-Identifier: Apache-2.0
#include "agent/app/explain_subject.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <atomic>
#include <cctype>

#include "agent/base/key_id.hpp"
#include "agent/config/scalars.hpp"

namespace sallyport {
namespace {

bool is_key_id(const std::string& text) {
  return text.size() == kKeyIdLength && std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isalnum(c) != 0;
         });
}

std::uint32_t load(__u32& field) noexcept {
  return std::atomic_ref<__u32>(field).load(std::memory_order_acquire);
}

bool is_of(const sp_connection_key& connection, const Endpoint& source) {
  return Address::from_abi(connection.source) == source.address &&
         connection.source_port == htons(source.port);
}

}  // namespace

Result<Subject> parse_subject(const std::string& text) {
  if (const auto address = Address::parse(text)) {
    return Subject{.kind = Subject::Kind::kAddress, .source = {*address, 0}, .key_id = {}};
  }
  if (const auto source = parse_endpoint(text)) {
    return Subject{.kind = Subject::Kind::kConnection, .source = *source, .key_id = {}};
  }
  if (is_key_id(text)) {
    return Subject{.kind = Subject::Kind::kKey, .source = {}, .key_id = text};
  }
  return failure(Errc::kInvalid, "that is no address, no key's id and no connection",
                 "write 192.0.2.7, 2001:db8::7, a key's id (8 characters), 192.0.2.7:40000 or "
                 "[2001:db8::7]:40000");
}

Result<KernelRows> look_up(Tables& tables, const Subject& subject) {
  KernelRows found;
  if (subject.kind != Subject::Kind::kKey) {
    auto rows = tables.sources().rows();
    if (!rows) return rows.error();
    for (const auto& row : *rows) {
      if (row.source == subject.source.address.as_source()) found.source = row.state;
    }
    if (subject.kind == Subject::Kind::kAddress) return found;
  }
  auto rows = tables.connections().rows();
  if (!rows) return rows.error();
  found.connections = std::move(*rows);
  if (subject.kind == Subject::Kind::kConnection) {
    std::erase_if(found.connections,
                  [&](const auto& row) { return !is_of(row.connection, subject.source); });
  }
  return found;
}

sp_verdict judge_binding(const sp_connection& binding, const SlotMemory& memory) {
  if (binding.superseded != 0 || binding.slot >= memory.slots.size()) return SP_PASS_UNJUDGED;
  auto& slot = memory.slots[binding.slot];
  if (load(slot.generation) != binding.generation) return SP_PASS_UNJUDGED;
  const std::uint32_t verdict = load(slot.verdict);
  const bool is_known = verdict == SP_PASS_BOUND || (verdict >= SP_DROP_CONNECTION_OFFENDER &&
                                                     verdict <= SP_DROP_OWNER_INACTIVE);
  return is_known ? static_cast<sp_verdict>(verdict) : SP_PASS_UNJUDGED;
}

sp_verdict judge_source(const std::optional<sp_source_state>& state, BootNs now) {
  if (!state || (state->expires_ns < SP_SOURCE_NEVER && state->expires_ns <= now)) {
    return SP_PASS_UNJUDGED;
  }
  const bool is_known =
      state->verdict == SP_DROP_SOURCE_OFFENDER || state->verdict == SP_DROP_SOURCE_BANNED;
  return is_known ? static_cast<sp_verdict>(state->verdict) : SP_PASS_UNJUDGED;
}

bool is_dropped(sp_verdict verdict, sp_mode mode) noexcept {
  return verdict >= SP_DROP_SOURCE_OFFENDER && mode == SP_MODE_ENFORCE;
}

}  // namespace sallyport
