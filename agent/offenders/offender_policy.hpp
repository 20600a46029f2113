// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <unordered_map>

#include "agent/base/address.hpp"
#include "agent/base/clock.hpp"
#include "agent/config/offender_rules.hpp"
#include "agent/offenders/observation.hpp"

namespace sallyport {

/// What the policy decided about a source, with its evidence.
struct OffenderVerdict {
  enum class Action : std::uint8_t {
    kNone,
    kCloseConnection,  // the shared-address guard or an exemption holds: this connection only
    kBanSource,        // this connection and the source
  };

  Action action = Action::kNone;
  Address source;                // as_source() form
  std::uint32_t refusals = 0;    // in the window
  std::uint32_t repetition = 0;  // 1 for a first ban
  BootNs expires_at = 0;         // kBanSource: when the ban ends
};

/// Turns observations into verdicts. Pure: no clock (times come with the observations), no
/// I/O. Bounded memory. Thread safety: confined to the control strand.
class OffenderPolicy {
 public:
  /// `started_at`: when the process began to listen; `rules.settle_ns` counts from it.
  explicit OffenderPolicy(OffenderRules rules, BootNs started_at = 0);

  /// `is_allowed`: one of the operator's prefixes allows the source, which is then never banned.
  [[nodiscard]] OffenderVerdict on(const Observation& observation, bool is_allowed = false);

  /// Forgets what is known of a source (an operator lifted its ban).
  void forget(const Address& source);

  [[nodiscard]] std::size_t remembered() const noexcept { return records_.size(); }

 private:
  static constexpr std::size_t kDistinctKeys = 64;  // remembered per window

  struct Record {
    Address source;
    BootNs window_start = 0;
    std::uint32_t refusals = 0;
    std::uint32_t repetition = 0;
    BootNs banned_until = 0;
    BootNs valid_seen = 0;  // 0: never
    std::array<std::uint64_t, kDistinctKeys> seen{};
    std::uint32_t seen_count = 0;
  };
  using Records = std::list<Record>;  // the most recently heard of first

  Record& touch(const Address& source);
  [[nodiscard]] bool counts(Record& record, const Observation& observation) const;
  [[nodiscard]] OffenderVerdict judge(Record& record, const Observation& last,
                                      bool is_allowed) const;

  OffenderRules rules_;
  BootNs settled_at_;
  Records recent_;
  std::unordered_map<Address, Records::iterator, AddressHash> records_;
};

}  // namespace sallyport
