// SPDX-License-Identifier: Apache-2.0
#include "agent/registry/audit_chain.hpp"

#include <charconv>
#include <limits>
#include <utility>

namespace sallyport {
namespace {

constexpr std::size_t kPart = 2000;  // lines, or records, that are looked at in one step

/// Texts that are hashed one after the other, none of which can run into the next.
class Encoder {
 public:
  explicit Encoder(const AuditHash& before) {
    bytes_.append(reinterpret_cast<const char*>(before.data()), before.size());
  }
  Encoder& put(std::uint64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8) bytes_ += static_cast<char>(number >> shift);
    return *this;
  }
  Encoder& put(std::string_view text) {
    put(text.size());
    bytes_.append(text);
    return *this;
  }
  Encoder& put(const AuditHash& hash) {
    bytes_.append(reinterpret_cast<const char*>(hash.data()), hash.size());
    return *this;
  }
  [[nodiscard]] AuditHash hash() const { return digest_of(bytes_); }

 private:
  std::string bytes_;
};

std::uint64_t unsigned_of(UnixSeconds at) {
  return static_cast<std::uint64_t>(at);
}

std::string nth(std::uint64_t sequence) {
  return "record " + std::to_string(sequence);
}

}  // namespace

AuditHash fold(const AuditHash& before, const ChangeRecord& line) {
  return Encoder(before)
      .put(line.revision)
      .put(line.sequence)
      .put(unsigned_of(line.at))
      .put(line.actor)
      .put(static_cast<std::uint64_t>(line.kind))
      .put(line.subject)
      .put(line.verb)
      .put(line.reason)
      .hash();
}

AuditHash chain(const AuditHash& before, const AuditRecord& record) {
  return Encoder(before)
      .put(record.sequence)
      .put(unsigned_of(record.at))
      .put(record.actor)
      .put(record.verb)
      .put(static_cast<std::uint64_t>(record.kind))
      .put(record.subject)
      .put(record.detail)
      .put(record.reason)
      .put(record.refusal)
      .put(record.revision)
      .put(record.changes)
      .hash();
}

Result<AuditRecord> next_record(const StoreReader& store, AuditRecord act) {
  auto last = store.last_audit();
  if (!last) return last.error();
  auto revision = store.revision();
  if (!revision) return revision.error();
  const AuditRecord before = last->value_or(AuditRecord{});
  act.sequence = before.sequence + 1;
  act.revision = *revision;
  // Of the first record of a store from before there was an audit log: all lines until now.
  ChangePlace place{before.revision, std::numeric_limits<std::int64_t>::max()};
  for (;;) {
    auto lines = store.change_lines(place, *revision, kPart);
    if (!lines) return lines.error();
    for (const auto& line : *lines) act.changes = fold(act.changes, line);
    if (lines->size() < kPart) break;
    place = {lines->back().revision, lines->back().sequence};
  }
  act.hash = chain(before.hash, act);
  return act;
}

std::string head_text(const AuditHead& head) {
  return std::to_string(head.sequence) + ":" + to_hex(head.hash);
}

Result<AuditHead> parse_head(std::string_view text) {
  AuditHead head;
  const auto wrong = failure(Errc::kInvalid, "not a head of the audit log",
                             "write it as `sallyport audit verify` prints it: NUMBER:SHA-256");
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || text.size() - colon - 1 != 2 * head.hash.size()) {
    return wrong;
  }
  const char* end = text.data() + colon;
  const auto number = std::from_chars(text.data(), end, head.sequence);
  if (number.ec != std::errc{} || number.ptr != end || head.sequence == 0) return wrong;
  for (auto& byte : head.hash) {
    const auto digits = std::from_chars(end + 1, end + 3, byte, 16);
    if (digits.ec != std::errc{} || digits.ptr != end + 3) return wrong;
    end += 2;
  }
  return head;
}

Result<bool> AuditVerifier::step() {
  auto records = store_.audit_page(verdict_.head.sequence, kPart);
  if (!records) return records.error();
  if (records->empty()) return finish();
  std::size_t looked = 0;
  for (const auto& record : *records) {
    if (looked++ >= kPart) return true;
    auto whole = fold_lines(record);
    if (!whole) return whole.error();
    if (!*whole) return true;  // more of its lines in the next step
    looked += static_cast<std::size_t>(place_.sequence + 1);
    if (!check(record)) return false;
  }
  return true;
}

Result<bool> AuditVerifier::fold_lines(const AuditRecord& record) {
  auto lines = store_.change_lines(place_, record.revision, kPart);
  if (!lines) return lines.error();
  for (const auto& line : *lines) {
    lines_ = fold(lines_, line);
    place_ = {line.revision, line.sequence};
  }
  return lines->size() < kPart;
}

bool AuditVerifier::check(const AuditRecord& record) {
  const auto due = verdict_.head.sequence + 1;
  if (record.sequence != due) {
    return fail(nth(due) + " is missing: after it stands " + nth(record.sequence));
  }
  if (record.revision < revision_)
    return fail(nth(due) + " is of an earlier revision than its place");
  if (record.changes != lines_) {
    return fail("the change log is not what " + nth(due) + " found, in revisions " +
                std::to_string(revision_ + 1) + " to " + std::to_string(record.revision));
  }
  if (record.hash != chain(verdict_.head.hash, record)) {
    return fail(nth(due) + " was changed, or does not follow the one before it");
  }
  for (const auto& known : {expected_, remembered_}) {
    if (known.sequence == due && known.hash != record.hash) {
      return fail(nth(due) + " is another than the one that is known from elsewhere");
    }
  }
  verdict_.head = {record.sequence, record.hash};
  verdict_.records = record.sequence;
  revision_ = record.revision;
  lines_ = {};
  return true;
}

Result<bool> AuditVerifier::finish() {
  auto head = store_.audit_head();
  if (!head) return head.error();
  auto revision = store_.revision();
  if (!revision) return revision.error();
  const auto& last = verdict_.head;
  if (head->sequence != last.sequence || head->hash != last.hash) {
    return fail("the log ends with " + nth(last.sequence) + ", but " + nth(head->sequence) +
                " was the last that was written");
  }
  for (const auto& known : {expected_, remembered_}) {
    if (known.sequence > last.sequence) {
      return fail("the log ends with " + nth(last.sequence) + ", but " + nth(known.sequence) +
                  " is known from elsewhere");
    }
  }
  // A store from before there was an audit log has no record until something is done.
  if (last.sequence != 0 && *revision != revision_) {
    return fail("the change log is at revision " + std::to_string(*revision) +
                ", the audit log at " + std::to_string(revision_));
  }
  return false;
}

bool AuditVerifier::fail(std::string fault) {
  verdict_.fault = std::move(fault);
  return false;
}

}  // namespace sallyport
