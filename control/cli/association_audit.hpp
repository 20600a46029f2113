// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sallyport/control/v1/control.pb.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sallyport {

/// What an audit of who has which key can find: enumerator, stable code, severity, what it means.
#define SP_FINDINGS(X)                                                                      \
  X(kInactiveOwner, "inactive-owner", kHigh,                                                \
    "a good key of a suspended user or tenant: it works"                                    \
    " again when they are resumed")                                                         \
  X(kNoExpiry, "no-expiry", kMedium, "a good key that never ends")                          \
  X(kNeverUsed, "never-used", kMedium, "a good key that nobody has used since it was made") \
  X(kUnused, "unused", kMedium, "a good key that nobody has used for long")                 \
  X(kSeveralKeys, "several-keys", kLow,                                                     \
    "a user with several good keys of one environment, none"                                \
    " of which replaces another")                                                           \
  X(kNoKeys, "no-keys", kLow, "a user without a good key")                                  \
  X(kStaleBan, "stale-ban", kLow, "an operator's ban without an end that is old")

enum class Finding : std::uint8_t {
#define X(name, code, severity, text) name,
  SP_FINDINGS(X)
#undef X
      kCount
};

enum class Severity : std::uint8_t { kLow, kMedium, kHigh };

struct FindingInfo {
  std::string_view code;
  Severity severity;
  std::string_view text;
};
[[nodiscard]] const FindingInfo& info(Finding finding) noexcept;
[[nodiscard]] std::string_view severity_word(Severity severity) noexcept;

/// Looks at tenants, users, keys and bans as the agent lists them, in this order. Pure.
class AssociationAudit {
 public:
  struct Case {
    std::string subject;  // "Xy12AbCd (acme/alice)"
    std::string mend;     // the command that mends it
  };
  /// Of one kind: all of them counted, the first of them kept.
  struct Cases {
    std::uint64_t count = 0;
    std::vector<Case> first;
  };

  /// `idle`: after so many seconds without use a key is unused, and a ban is old; `most`: cases of
  /// a kind that are kept.
  AssociationAudit(std::int64_t now, std::int64_t idle, std::size_t most)
      : now_(now), idle_(idle), most_(most) {}

  void add(const control::v1::Tenant& tenant);
  void add(const control::v1::User& user);
  void add(const control::v1::Key& key);
  void add(const control::v1::Ban& ban);
  /// There is no more.
  void finish();

  [[nodiscard]] const Cases& of(Finding finding) const {
    return cases_[static_cast<std::size_t>(finding)];
  }

 private:
  struct Owner {
    bool is_active = true;
    std::uint32_t keys = 0;                                 // good ones
    std::unordered_map<std::string, std::uint32_t> by_env;  // that replace none
  };

  void note(Finding finding, std::string subject, std::string mend);

  const std::int64_t now_;
  const std::int64_t idle_;
  const std::size_t most_;
  std::unordered_map<std::string, bool> tenants_;  // whether it is active
  std::unordered_map<std::string, Owner> owners_;
  std::array<Cases, static_cast<std::size_t>(Finding::kCount)> cases_;
};

}  // namespace sallyport
