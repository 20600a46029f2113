// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/config/config.hpp"
#include "agent/datapath/tables.hpp"

namespace sallyport {

/// What is to be explained.
struct Subject {
  enum class Kind { kAddress, kKey, kConnection };

  Kind kind = Kind::kAddress;
  Endpoint source;     // kAddress: without a port
  std::string key_id;  // kKey
};

/// kInvalid: it is none of these; not repeated, since it may be anything, a raw key too.
[[nodiscard]] Result<Subject> parse_subject(const std::string& text);

/// What the kernel's tables hold of it.
struct KernelRows {
  std::optional<sp_source_state> source;          // of the source, or its /64
  std::vector<ConnectionTable::Row> connections;  // kConnection: its own; kKey: all
};

/// Reads whole tables; any thread.
[[nodiscard]] Result<KernelRows> look_up(Tables& tables, const Subject& subject);

/// What the outer door says to a packet of a bound connection, as bpf/lib/connection.h does:
/// PASS_UNJUDGED when the slot does not judge this binding.
[[nodiscard]] sp_verdict judge_binding(const sp_connection& binding, const SlotMemory& memory);

/// The same of a source, by what its row says; bpf/lib/source.h.
[[nodiscard]] sp_verdict judge_source(const std::optional<sp_source_state>& state, BootNs now);

/// Makes a service's mode of it: what is not enforced passes.
[[nodiscard]] bool is_dropped(sp_verdict verdict, sp_mode mode) noexcept;

}  // namespace sallyport
