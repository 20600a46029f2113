// SPDX-License-Identifier: Apache-2.0
#include "agent/app/explain.hpp"

#include <algorithm>
#include <utility>

#include "agent/app/explain_source.hpp"
#include "agent/app/explain_words.hpp"
#include "agent/app/verdicts.hpp"
#include "agent/association/checks.hpp"
#include "agent/config/scalars.hpp"

namespace sallyport {
namespace {

/// Writes one explanation; made for one call on the strand.
class Explainer {
 public:
  Explainer(Parts& parts, const Subject& subject, const KernelRows& rows)
      : parts_(parts), subject_(subject), rows_(rows), now_(boot_now()) {}

  Result<Explanation> address() {
    out_.subject = subject_.source.address.to_string();
    out_.kind = "address";
    out_.inner = {true, "allowed", "each request is judged by the key that it presents"};
    // Some service enforces: for that one the packet is dropped.
    const auto& modes = parts_.modes;
    set_outer(tell_source().outer, *std::max_element(modes.begin(), modes.end()));
    for (std::size_t i = 0; i < modes.size(); ++i) {
      if (modes[i] != SP_MODE_ENFORCE) tell_mode(i);
    }
    return std::move(out_);
  }

  Result<Explanation> key() {
    auto key = parts_.registry.get_key(subject_.key_id);
    if (!key) return key.error();
    out_.subject = subject_.key_id;
    out_.kind = "key";
    tell_key(*key);
    const KeyEntry* entry = parts_.index.find(key->digest);
    if (entry != nullptr && entry->denied_row == DeniedRow::kPresent) {
      tell("in clear", "denied: services in clear refuse it in the kernel");
    }
    const auto slot = entry != nullptr ? entry->slot.load() : kNoSlot;
    if (slot == kNoSlot) {
      set_outer(SP_PASS_UNJUDGED, SP_MODE_ENFORCE);
      tell("slot", "none: it has not been used here since the tables were made");
      return std::move(out_);
    }
    auto memory = parts_.door.tables().slot_memory();
    const sp_connection binding{slot, memory.slots[slot].generation, 0};
    const auto& modes = parts_.modes;
    set_outer(judge_binding(binding, memory), *std::max_element(modes.begin(), modes.end()));
    tell_slot(binding);
    const auto bound =
        std::count_if(rows_.connections.begin(), rows_.connections.end(), [&](const auto& row) {
          return row.binding.slot == slot && row.binding.generation == binding.generation &&
                 row.binding.superseded == 0;
        });
    tell("connections", std::to_string(bound) + " bound to it");
    if (auto told = tell_usage(binding); !told) return told.error();
    return std::move(out_);
  }

  Result<Explanation> connection(const std::string& service) {
    out_.subject = endpoint_text(subject_.source);
    out_.kind = "connection";
    out_.inner = {true, "allowed", "each request is judged by the key that it presents"};
    const auto wanted = wanted_services(service);
    if (!wanted) return wanted.error();
    std::vector<ConnectionTable::Row> rows;
    for (const auto& row : rows_.connections) {
      if (index_of(*wanted, row.connection.service_id)) rows.push_back(row);
    }
    if (rows.size() > 1) {
      return failure(Errc::kConflict, "that source and port are bound for several services",
                     "name one with --service");
    }
    if (rows.empty()) {
      tell("binding", "none: no key has been accepted on it alone, or it has ended");
      return source_alone(service.empty() ? std::nullopt : std::optional(wanted->front()));
    }
    const auto index = *index_of(*wanted, rows[0].connection.service_id);
    const auto& binding = rows[0].binding;
    auto verdict = judge_binding(binding, parts_.door.tables().slot_memory());
    tell("service", parts_.config.services[index].name);
    tell_binding(binding);
    if (verdict == SP_PASS_UNJUDGED) return source_alone(index);
    set_outer(verdict, parts_.modes[index]);
    tell_mode(index);
    if (auto told = tell_bound_key(binding); !told) return told.error();
    if (verdict == SP_DROP_CONNECTION_OFFENDER) {
      out_.inner = {false, "offender", "the connection was cut: it kept presenting refused keys"};
    }
    (void)explain_source(parts_, subject_.source.address, rows_.source, now_, out_.facts);
    return std::move(out_);
  }

 private:
  void tell(std::string name, std::string value) {
    out_.facts.push_back({std::move(name), std::move(value)});
  }

  Result<void> tell_usage(const sp_connection& binding) {
    if (!parts_.config.outer_door.egress || !parts_.door.is_kernel()) return {};
    auto usage = parts_.door.tables().counters().usage(binding.slot, binding.generation);
    if (!usage) return usage.error();
    tell("sent", std::to_string(usage->bytes) + " bytes in " + std::to_string(usage->packets) +
                     " packets; " + std::to_string(usage->delayed) + " delayed, " +
                     std::to_string(usage->dropped) + " dropped, by its limit");
    return {};
  }

  void set_outer(sp_verdict verdict, sp_mode mode) {
    if (!parts_.door.is_kernel()) {
      out_.outer = {true, "ABSENT", "there is no outer door: " + parts_.door.note()};
      return;
    }
    if (mode == SP_MODE_OFF) verdict = SP_PASS_OFF;
    const bool is_only_observed = verdict >= SP_DROP_SOURCE_OFFENDER && mode == SP_MODE_OBSERVE;
    out_.outer = {
        !is_dropped(verdict, mode), std::string(verdict_name(verdict)),
        std::string(verdict_text(verdict)) + (is_only_observed ? " (only observed)" : "")};
  }

  void tell_mode(std::size_t service) {
    tell("mode", parts_.config.services[service].name + ": " + word(parts_.modes[service]));
  }

  /// What judges the source by itself: facts, and both doors' word.
  SourceWord tell_source() {
    const auto& address = subject_.source.address;
    const auto said = explain_source(parts_, address, rows_.source, now_, out_.facts);
    if (said.inner) out_.inner = *said.inner;
    return said;
  }

  void tell_key(const Key& key) {
    tell("key", std::string(to_view(key.id)));
    tell("user", key.tenant + "/" + key.user);
    tell("state", word(key.state) + (key.reason.empty() ? "" : " (" + key.reason + ")"));
    if (key.not_before != 0) tell("valid from", show_time(key.not_before));
    tell("expires", show_time(key.expires_at));
    const KeyEntry* entry = parts_.index.find(key.digest);
    if (entry == nullptr) {
      out_.inner = {false, "unknown-key", "the terminator does not know it"};
      return;
    }
    tell("user's state", word(entry->owner->user_standing.load()));
    tell("tenant's state", word(entry->owner->tenant_standing.load()));
    const auto code = check_standing(*entry, unix_now());
    out_.inner = {code == CheckCode::kAllowed, std::string(info(code).code),
                  std::string(info(code).text)};
  }

  void tell_slot(const sp_connection& binding) {
    const auto memory = parts_.door.tables().slot_memory();
    tell("slot", std::to_string(binding.slot) + ", generation " +
                     std::to_string(binding.generation) + ": " +
                     name_and_text(judge_binding(binding, memory)));
  }

  void tell_binding(const sp_connection& binding) {
    tell("binding", "slot " + std::to_string(binding.slot) + ", generation " +
                        std::to_string(binding.generation));
    if (binding.superseded != 0) {
      tell("superseded", "a newer SYN has come: the binding judges nothing any more");
    } else if (judge_binding(binding, parts_.door.tables().slot_memory()) == SP_PASS_UNJUDGED) {
      tell("slot", "given to another key since: the binding judges nothing any more");
    }
  }

  Result<void> tell_bound_key(const sp_connection& binding) {
    if (binding.slot == SP_OFFENDER_SLOT) return {};
    const auto id = parts_.slots.key_of(binding.slot, binding.generation);
    if (!id) {
      tell("key", "nobody's that is known");
      return {};
    }
    auto key = parts_.registry.get_key(to_view(*id));
    if (!key) return key.error();
    tell_key(*key);
    return {};
  }

  /// What judges a packet on which no binding has a word.
  Result<Explanation> source_alone(std::optional<std::size_t> service) {
    const auto& modes = parts_.modes;
    if (service) tell_mode(*service);
    set_outer(tell_source().outer,
              service ? modes[*service] : *std::max_element(modes.begin(), modes.end()));
    return std::move(out_);
  }

  /// Indexes of the services meant; every one when none is named.
  Result<std::vector<std::size_t>> wanted_services(const std::string& name) const {
    std::vector<std::size_t> wanted;
    for (std::size_t i = 0; i < parts_.config.services.size(); ++i) {
      if (name.empty() || parts_.config.services[i].name == name) wanted.push_back(i);
    }
    if (!wanted.empty()) return wanted;
    return failure(Errc::kNotFound, "no such service: " + name,
                   "`sallyport status` lists the services");
  }

  std::optional<std::size_t> index_of(const std::vector<std::size_t>& wanted,
                                      std::uint16_t id) const {
    const auto ids = parts_.service_ids();
    for (const auto index : wanted) {
      if (ids[index] == id) return index;
    }
    return std::nullopt;
  }

  Parts& parts_;
  const Subject& subject_;
  const KernelRows& rows_;
  BootNs now_;
  Explanation out_;
};

}  // namespace

Result<Explanation> explain(Parts& parts, const Subject& subject, const std::string& service,
                            const KernelRows& rows) {
  Explainer explainer(parts, subject, rows);
  switch (subject.kind) {
    case Subject::Kind::kAddress:
      return explainer.address();
    case Subject::Kind::kKey:
      return explainer.key();
    case Subject::Kind::kConnection:
      break;
  }
  return explainer.connection(service);
}

}  // namespace sallyport
