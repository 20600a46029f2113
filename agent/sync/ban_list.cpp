// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/ban_list.hpp"

#include <mutex>
#include <utility>

namespace sallyport {
namespace {

/// When a wall-clock moment comes on the boot clock, as the two stand now.
BootNs to_boot(UnixSeconds moment, UnixSeconds unix_time, BootNs boot_time) noexcept {
  if (moment == 0) return SP_NEVER;
  if (moment <= unix_time) return boot_time;
  return boot_time + static_cast<BootNs>(moment - unix_time) * kSecondNs;
}

sp_source_state to_state(const BanInForce& ban) noexcept {
  return {
      .expires_ns = ban.expires_ns,
      .verdict =
          static_cast<__u32>(ban.by_operator ? SP_DROP_SOURCE_BANNED : SP_DROP_SOURCE_OFFENDER),
      .refusals = ban.refusals,
      .made_unix_s = static_cast<__u64>(ban.created_at),
      .repetition = ban.repetition,
      .reserved = 0,
  };
}

BanInForce from_row(const SourceTable::Row& row) {
  return {.source = row.source,
          .by_operator = false,
          .reason = {},
          .created_at = static_cast<UnixSeconds>(row.state.made_unix_s),
          .expires_ns = row.state.expires_ns,
          .refusals = row.state.refusals,
          .repetition = row.state.repetition};
}

}  // namespace

bool BanList::is_banned(const Address& source, BootNs now) const noexcept {
  if (size_.load(std::memory_order_acquire) == 0) return false;
  const std::shared_lock guard(lock_);
  const auto found = bans_.find(source.as_source());
  return found != bans_.end() && strongest(found->second, now) != nullptr;
}

Result<void> BanList::put(const Ban& ban, UnixSeconds unix_time, BootNs boot_time) {
  const Address source = ban.source.as_source();
  const std::unique_lock guard(lock_);
  Entry& entry = bans_[source];
  entry.by_operator = BanInForce{.source = source,
                                 .by_operator = true,
                                 .reason = ban.reason,
                                 .created_at = ban.created_at,
                                 .expires_ns = to_boot(ban.expires_at, unix_time, boot_time)};
  size_.store(bans_.size(), std::memory_order_release);
  return mirror(source, entry, boot_time);
}

Result<void> BanList::put(const OffenderVerdict& verdict, UnixSeconds unix_time, BootNs boot_time) {
  const std::unique_lock guard(lock_);
  Entry& entry = bans_[verdict.source];
  entry.by_policy = BanInForce{.source = verdict.source,
                               .by_operator = false,
                               .reason = {},
                               .created_at = unix_time,
                               .expires_ns = verdict.expires_at,
                               .refusals = verdict.refusals,
                               .repetition = verdict.repetition};
  size_.store(bans_.size(), std::memory_order_release);
  return mirror(verdict.source, entry, boot_time);
}

Result<bool> BanList::remove(const Address& source) {
  const std::unique_lock guard(lock_);
  const bool was_banned = bans_.erase(source.as_source()) > 0;
  size_.store(bans_.size(), std::memory_order_release);
  if (auto erased = table_.erase(source.as_source()); !erased) {
    table_failures_.fetch_add(1, std::memory_order_relaxed);
    return erased.error();
  }
  return was_banned;
}

std::vector<BanInForce> BanList::expire(BootNs now) {
  std::vector<BanInForce> ended;
  const std::unique_lock guard(lock_);
  for (auto at = bans_.begin(); at != bans_.end();) {
    auto& [source, entry] = *at;
    bool changed = false;
    for (auto* ban : {&entry.by_operator, &entry.by_policy}) {
      if (*ban && (*ban)->expires_ns <= now) {
        ended.push_back(*std::exchange(*ban, std::nullopt));
        changed = true;
      }
    }
    if (changed) (void)mirror(source, entry, now);  // counted; the kernel ignores it by its clock
    at = entry.by_operator || entry.by_policy ? std::next(at) : bans_.erase(at);
  }
  size_.store(bans_.size(), std::memory_order_release);
  return ended;
}

Result<void> BanList::adopt(const std::vector<Ban>& by_operator, UnixSeconds unix_time,
                            BootNs boot_time) {
  auto rows = table_.rows();
  if (!rows) return rows.error();
  for (const auto& ban : by_operator) {
    if (auto done = put(ban, unix_time, boot_time); !done) return done;
  }
  const std::unique_lock guard(lock_);
  for (const auto& row : *rows) {
    if (row.state.verdict == SP_DROP_SOURCE_OFFENDER && row.state.expires_ns > boot_time) {
      bans_[row.source].by_policy = from_row(row);
    } else if (!bans_.contains(row.source)) {
      if (auto erased = table_.erase(row.source); !erased) return erased;
    }
  }
  size_.store(bans_.size(), std::memory_order_release);
  return {};
}

Result<std::uint64_t> BanList::read_back(BootNs now) {
  auto rows = table_.rows();
  if (!rows) return rows.error();
  std::unordered_map<Address, sp_source_state, AddressHash> found;
  for (const auto& row : *rows) found.emplace(row.source, row.state);
  std::uint64_t mended = 0;
  const std::unique_lock guard(lock_);
  for (const auto& [source, entry] : bans_) {
    const BanInForce* ban = strongest(entry, now);
    const auto row = found.find(source);
    const bool is_there = row != found.end();
    if (ban == nullptr) continue;  // has ended just now: what is left of it is erased below
    const sp_source_state wanted = to_state(*ban);
    const bool is_right = is_there && row->second.verdict == wanted.verdict &&
                          row->second.expires_ns == wanted.expires_ns;
    if (is_there) found.erase(row);
    if (is_right) continue;
    ++mended;
    if (auto done = mirror(source, entry, now); !done) return done.error();
  }
  for (const auto& [source, state] : found) {
    mended += state.expires_ns > now ? 1 : 0;
    if (auto erased = table_.erase(source); !erased) return erased.error();
  }
  const auto lines = table_.repair();
  if (!lines) return lines;
  return mended + *lines;
}

std::vector<BanInForce> BanList::in_force(BootNs now) const {
  std::vector<BanInForce> bans;
  const std::shared_lock guard(lock_);
  for (const auto& [source, entry] : bans_) {
    if (const auto* ban = strongest(entry, now)) bans.push_back(*ban);
  }
  return bans;
}

const BanInForce* BanList::strongest(const Entry& entry, BootNs now) noexcept {
  if (entry.by_operator && entry.by_operator->expires_ns > now) return &*entry.by_operator;
  if (entry.by_policy && entry.by_policy->expires_ns > now) return &*entry.by_policy;
  return nullptr;
}

Result<void> BanList::mirror(const Address& source, const Entry& entry, BootNs now) {
  const BanInForce* ban = strongest(entry, now);
  auto done = ban != nullptr ? table_.put(source, to_state(*ban)) : table_.erase(source);
  if (!done) table_failures_.fetch_add(1, std::memory_order_relaxed);
  return done;
}

}  // namespace sallyport
