// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "agent/registry/names.hpp"
#include "agent/registry/registry.hpp"
#include "agent/registry/requests.hpp"

namespace sallyport {
namespace {

using Changes = std::vector<Change>;

Failure too_many() {
  return failure(Errc::kFull, "a list has at most " + std::to_string(kMostCidrs) + " prefixes",
                 "join neighbours into shorter prefixes");
}

std::string_view verb_of(CidrAction action) {
  return action == CidrAction::kAllow ? "allow" : "deny";
}

Result<Changes> cidrs_changed(const StoreReader& store, std::string subject) {
  auto entries = store.cidrs();
  if (!entries) return entries.error();
  if (entries->size() > kMostCidrs) return too_many();
  CidrsChanged list{.rules = {}, .subject = std::move(subject)};
  list.rules.reserve(entries->size());
  for (const auto& entry : *entries) list.rules.push_back(entry.rule);
  Changes changes;
  changes.emplace_back(std::move(list));
  return changes;
}

}  // namespace

Result<Commit> Registry::put_cidr(const Actor& actor, const CidrEntry& entry, UnixSeconds now) {
  CidrEntry row = entry;
  row.created_at = now;
  const std::string subject = row.rule.prefix.to_string();
  const Act act{verb_of(row.rule.action), ChangeKind::kCidr, subject, row.note};
  return transact(request(actor, act, now), [&]() -> Result<Changes> {
    if (auto good = check_text("note", row.note); !good) return good.error();
    if (auto put = store_.put_cidr(row); !put) return put.error();
    return cidrs_changed(store_, subject);
  });
}

Result<Commit> Registry::remove_cidr(const Actor& actor, const Cidr& prefix, UnixSeconds now) {
  const Act act{"remove", ChangeKind::kCidr, prefix.to_string()};
  return transact(request(actor, act, now), [&]() -> Result<Changes> {
    auto before = store_.cidrs();
    if (!before) return before.error();
    if (auto erased = store_.erase_cidr(prefix); !erased) return erased.error();
    auto changes = cidrs_changed(store_, prefix.to_string());
    if (!changes) return changes;
    if (std::get<CidrsChanged>(changes->front()).rules.size() == before->size()) {
      return failure(Errc::kNotFound, "no such prefix: " + prefix.to_string(),
                     "`sallyport cidr list` shows those that are there");
    }
    return changes;
  });
}

Result<Commit> Registry::replace_cidrs(const Actor& actor, std::span<const CidrEntry> entries,
                                       UnixSeconds now) {
  const std::string subject = std::to_string(entries.size()) + " prefixes";
  const Act act{"load", ChangeKind::kCidr, subject};
  return transact(request(actor, act, now), [&]() -> Result<Changes> {
    if (entries.size() > kMostCidrs) return too_many();
    if (auto erased = store_.erase_cidrs(); !erased) return erased.error();
    for (CidrEntry row : entries) {
      if (auto good = check_text("note", row.note); !good) return good.error();
      row.created_at = now;
      if (auto put = store_.put_cidr(row); !put) return put.error();
    }
    return cidrs_changed(store_, subject);
  });
}

Result<std::vector<CidrEntry>> Registry::cidrs() const {
  return store_.cidrs();
}

}  // namespace sallyport
