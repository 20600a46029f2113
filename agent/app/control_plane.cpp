// SPDX-License-Identifier: Apache-2.0
#include "agent/app/control_plane.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace sallyport {
namespace {

class Stopwatch {
 public:
  /// Microseconds since the last lap.
  std::uint64_t lap_us() {
    const auto now = std::chrono::steady_clock::now();
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(now - last_);
    last_ = now;
    return static_cast<std::uint64_t>(took.count());
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace

Result<Receipt> ControlPlane::change(const std::function<Result<Commit>()>& transaction) {
  Stopwatch watch;
  auto commit = transaction();
  if (!commit) return commit.error();
  parts_.revisions.commit(commit->revision);
  Receipt receipt{.revision = commit->revision, .store_us = watch.lap_us()};

  auto enforced = parts_.enforcer.apply(*commit);
  put_modes(enforced.modes, enforced.table_failures);
  receipt.kernel_us = watch.lap_us();
  receipt.kernel_done = parts_.door.is_kernel() && enforced.table_failures.empty();
  for (const auto& failed : enforced.table_failures) {
    spdlog::error("revision {}: the kernel did not take it, the inner door holds it alone: {}",
                  receipt.revision, to_string(failed));
  }

  receipt.keys = enforced.condemned.size();
  if (!enforced.condemned.empty())
    receipt.connections += parts_.terminator->cut(enforced.condemned);
  for (const auto& source : enforced.banned) {
    receipt.connections += parts_.terminator->cut(source, Terminator::CutSource::kAll);
  }
  if (enforced.cidrs_changed) {
    receipt.connections += parts_.terminator->cut(
        [this](const Address& peer) { return parts_.cidrs.of(peer) == CidrAction::kDeny; });
  }
  receipt.terminator_us = watch.lap_us();
  receipt.terminator_done = true;
  if (parts_.registry.is_settled()) parts_.revisions.advance(receipt.revision);
  if (receipt.keys != 0) parts_.revocations.observe(receipt);
  return receipt;
}

Result<CreatedKey> ControlPlane::create_key(const Actor& actor, KeySpec spec) {
  auto made = make_key(spec.env);
  if (!made) return made.error();
  spec.id = made->id;
  spec.digest = digest_of(made->raw);
  return hand_out(std::move(*made),
                  [&] { return parts_.registry.create_key(actor, spec, unix_now()); });
}

Result<CreatedKey> ControlPlane::rotate_key(const Actor& actor, const std::string& id,
                                            const RotationOrder& order, const std::string& reason) {
  auto old = parts_.registry.get_key(id);
  if (!old) return old.error();
  auto made = make_key(old->env);
  if (!made) return made.error();
  const KeyRotation rotation{.id = made->id,
                             .digest = digest_of(made->raw),
                             .expires_at = order.expires_at,
                             .overlap_ends = order.overlap_ends};
  return hand_out(std::move(*made), [&] {
    return parts_.registry.rotate_key(actor, id, rotation, reason, unix_now());
  });
}

Result<CreatedKey> ControlPlane::hand_out(NewKey made,
                                          const std::function<Result<Commit>()>& transaction) {
  auto receipt = change(transaction);
  if (!receipt) {
    wipe(made.raw);
    return receipt.error();
  }
  auto key = parts_.registry.get_key(to_view(made.id));
  if (!key) return key.error();
  return CreatedKey{*receipt, std::move(*key), std::move(made.raw)};
}

// An offender's ban is not in the registry: lifting it is no transaction, but the policy must
// forget its evidence, or the next refusal would bring it back.
Result<Receipt> ControlPlane::remove_ban(const Actor& actor, const Address& source) {
  parts_.policy.forget(source);
  auto receipt =
      change([&] { return parts_.registry.remove_ban(actor, source.as_source(), unix_now()); });
  if (receipt || receipt.error().code != Errc::kNotFound) return receipt;
  auto removed = parts_.bans.remove(source);
  if (!removed) return removed.error();
  if (!*removed) return receipt.error();
  auto revision = parts_.registry.revision();
  if (!revision) return revision.error();
  return Receipt{.revision = *revision, .kernel_done = parts_.door.is_kernel()};
}

Result<Receipt> ControlPlane::set_mode(const Actor& actor, const std::string& service,
                                       sp_mode mode) {
  Receipt sum;
  bool found = false;
  for (const auto& declared : parts_.config.services) {
    if (!service.empty() && declared.name != service) continue;
    found = true;
    auto receipt =
        change([&] { return parts_.registry.set_mode(actor, declared.name, mode, unix_now()); });
    if (!receipt) return receipt;
    receipt->store_us += sum.store_us;
    receipt->kernel_us += sum.kernel_us;
    sum = *receipt;
  }
  if (!found) {
    return failure(Errc::kNotFound, "no such service: " + service,
                   "`sallyport status` lists the services");
  }
  return sum;
}

void ControlPlane::put_modes(const std::vector<ServiceMode>& modes,
                             std::vector<Failure>& failures) {
  const auto& services = parts_.config.services;
  for (const auto& change : modes) {
    const auto at = std::find_if(services.begin(), services.end(), [&](const auto& service) {
      return service.name == change.service;
    });
    if (at == services.end()) continue;
    const auto service = static_cast<std::size_t>(at - services.begin());
    parts_.modes[service] = change.mode;
    if (auto done = declare_service(parts_, service); !done) failures.push_back(done.error());
  }
}

void ControlPlane::judge_offenders() {
  parts_.edge.drain([this](const Observation& observation) {
    const bool is_allowed = parts_.cidrs.of(observation.source) == CidrAction::kAllow;
    act(parts_.policy.on(observation, is_allowed));
  });
}

void ControlPlane::act(const OffenderVerdict& verdict) {
  switch (verdict.action) {
    case OffenderVerdict::Action::kNone:
      return;
    case OffenderVerdict::Action::kCloseConnection:
      ++parts_.offender_cuts;
      parts_.terminator->cut(verdict.source, Terminator::CutSource::kRefused);
      return;
    case OffenderVerdict::Action::kBanSource:
      break;
  }
  ++parts_.offender_bans;
  if (auto done = parts_.bans.put(verdict, unix_now(), boot_now()); !done) {
    spdlog::error("ban of {}: the kernel did not take it, the inner door holds it alone: {}",
                  verdict.source.to_string(), to_string(done.error()));
  }
  parts_.terminator->cut(verdict.source, Terminator::CutSource::kUnbound);
  spdlog::warn("banned {} after {} refused keys, ban number {}", verdict.source.to_string(),
               verdict.refusals, verdict.repetition);
}

void ControlPlane::tick() {
  const BootNs now = boot_now();
  for (const auto& ban : parts_.bans.expire(now)) {
    spdlog::info("the ban of {} has ended", ban.source.to_string());
  }
  parts_.lingering.expire(now);
  if (auto done = parts_.cidrs.retry(); !done && now - warned_of_cidrs_at_ >= 60 * kSecondNs) {
    spdlog::warn("the kernel does not take the list of prefixes, the inner door holds it alone: {}",
                 to_string(done.error()));
    warned_of_cidrs_at_ = now;
  }
  (void)parts_.denied.sweep(parts_.index, unix_now());  // counted, and tried again
  const auto expired = parts_.enforcer.expire(unix_now());
  if (!expired.empty()) parts_.terminator->cut(expired);
  if (auto saved = parts_.uses.save_some(unix_now());
      !saved && now - warned_of_uses_at_ >= 60 * kSecondNs) {
    spdlog::warn("when keys were used last is not saved: {}", to_string(saved.error()));
    warned_of_uses_at_ = now;
  }
  for (const auto& [table, mended] : parts_.read_back.run_if_due(now)) {
    if (!mended) {
      spdlog::warn("reading back {}: {}", table, to_string(mended.error()));
    } else {
      spdlog::warn("reading back {}: {} rows were not what they should be, and were mended", table,
                   *mended);
    }
  }
  warn_of_full_tables(now);
}

void ControlPlane::warn_of_full_tables(BootNs now) {
  const auto bindings = parts_.edge.failed_bindings();
  const auto slots = parts_.slots.refused();
  const bool is_news = bindings != told_bindings_ || slots != told_slots_;
  if (!is_news || (warned_at_ != 0 && now - warned_at_ < 60 * kSecondNs)) return;
  spdlog::warn(
      "the kernel's tables did not take {} connections and {} keys, the inner door judges them "
      "alone; raise connections and key_slots under outer_door.capacity (`sallyport status` shows "
      "how full they are), then `sallyportd --detach` and start",
      bindings - told_bindings_, slots - told_slots_);
  warned_at_ = now;
  told_bindings_ = bindings;
  told_slots_ = slots;
}

}  // namespace sallyport
