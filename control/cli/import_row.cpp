// SPDX-License-Identifier: Apache-2.0
#include "control/cli/import_row.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>

#include "agent/base/digest.hpp"
#include "agent/base/key_format.hpp"
#include "control/cli/output.hpp"
#include "control/cli/values.hpp"

namespace sallyport {
namespace {

using control::v1::ImportRow;
using control::v1::Key;

Failure wrong(std::string what, std::string remedy) {
  return failure(Errc::kInvalid, std::move(what), std::move(remedy));
}

template <class Number>
bool read_number(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

// Setters and getters by the names of the API's fields, which rows and keys share.

#define SP_TEXT_FIELD(name)                                                                   \
  {                                                                                           \
#name,                                                                                      \
        [](std::string_view text, std::int64_t, ImportRow& row) {                               \
          if (!text.empty()) row.set_##name(std::string(text));                                                    \
          return Result<void>();                                                                \
        },                                                                                      \
        [](const Key& key) { return key.name(); } \
  }

#define SP_NUMBER_FIELD(name)                                                                 \
  {                                                                                           \
#name,                                                                                      \
        [](std::string_view text, std::int64_t, ImportRow& row) -> Result<void> {               \
          decltype(row.name()) number = 0;                                                      \
          if (text.empty()) return {};\
          if (!read_number(text, number)) {                                    \
            return wrong(#name " is not a number that fits", "write digits alone");             \
          }                                                                                     \
          row.set_##name(number);                                                               \
          return {};                                                                            \
        },                                                                                      \
        [](const Key& key) { return key.name() == 0 ? "" : std::to_string(key.name()); } \
  }

#define SP_TIME_FIELD(name)                                                                   \
  {                                                                                           \
#name,                                                                                      \
        [](std::string_view text, std::int64_t now, ImportRow& row) -> Result<void> {           \
          std::int64_t moment = 0;                                                              \
          if (text.empty()) return {};\
          if (!read_moment(text, now, moment)) {                                                \
            return wrong(#name " is not a time",                                                \
                         "write 2027-01-31, 2027-01-31T12:00:00Z, 90d, never, or seconds");     \
          }                                                                                     \
          row.set_##name(moment);                                                               \
          return {};                                                                            \
        },                                                                                      \
        [](const Key& key) { return time_text(key.name()); } \
  }

bool read_moment(std::string_view text, std::int64_t now, std::int64_t& out) {
  if (read_number(text, out)) return out >= 0;
  const auto moment = parse_moment(text, now);
  if (moment) out = *moment;
  return moment.has_value();
}

std::string time_text(std::int64_t moment) {
  if (moment == 0) return "never";
  const std::time_t time = moment;
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

bool is_visible(char c) noexcept {
  return c > 0x20 && c < 0x7f;
}

Result<void> set_digest(std::string_view text, std::int64_t, ImportRow& row) {
  std::string digest(text);
  std::transform(digest.begin(), digest.end(), digest.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
  const bool is_good =
      digest.empty() ||
      (digest.size() == 64 && digest.find_first_not_of("0123456789abcdef") == std::string::npos);
  if (!is_good) {
    return wrong("the digest is not a SHA-256",
                 "write 64 hexadecimal digits; a raw key belongs into the field `key`");
  }
  if (digest.empty()) return {};
  if (!row.digest().empty() && row.digest() != digest) {
    return wrong("key and digest are not of the same key", "give one of them");
  }
  row.set_digest(digest);
  return {};
}

Result<void> set_key(std::string_view text, std::int64_t, ImportRow& row) {
  return text.empty() ? Result<void>() : set_raw_key(text, row);
}

Result<void> set_state(std::string_view text, std::int64_t, ImportRow& row) {
  if (text.empty() || text == "active") {
    row.set_state(control::v1::KEY_STATE_ACTIVE);
  } else if (text == "suspended") {
    row.set_state(control::v1::KEY_STATE_SUSPENDED);
  } else if (text == "revoked") {
    row.set_state(control::v1::KEY_STATE_REVOKED);
  } else {
    return wrong("not a state of a key", "write active, suspended or revoked");
  }
  return {};
}

constexpr ImportField kFields[] = {
    {"key", set_key, nullptr},
    {"digest", set_digest, [](const Key& key) { return key.digest(); }},
    SP_TEXT_FIELD(tenant),
    SP_TEXT_FIELD(user),
    SP_TEXT_FIELD(id),
    SP_TEXT_FIELD(env),
    {"state", set_state,
     [](const Key& key) { return enum_word(*control::v1::KeyState_descriptor(), key.state()); }},
    SP_TEXT_FIELD(reason),
    SP_TIME_FIELD(created_at),
    SP_TIME_FIELD(not_before),
    SP_TIME_FIELD(expires_at),
    SP_NUMBER_FIELD(limit_per_second),
    SP_NUMBER_FIELD(burst),
    SP_TEXT_FIELD(note),
    SP_NUMBER_FIELD(packets_per_second),
    SP_NUMBER_FIELD(packet_burst),
    SP_NUMBER_FIELD(bytes_per_second),
    SP_NUMBER_FIELD(byte_burst),
    SP_NUMBER_FIELD(egress_per_second),
    SP_TEXT_FIELD(predecessor),
    SP_TEXT_FIELD(successor),
};

}  // namespace

std::span<const ImportField> import_fields() {
  return kFields;
}

const ImportField* find_import_field(std::string_view name) {
  for (const auto& field : kFields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

std::string import_field_names() {
  std::string names;
  for (const auto& field : kFields) names += (names.empty() ? "" : ", ") + std::string(field.name);
  return names;
}

Result<void> set_raw_key(std::string_view raw, ImportRow& row) {
  if (raw.size() > kMaxRawKey) return wrong("the key is longer than 512 bytes", "");
  if (!std::all_of(raw.begin(), raw.end(), is_visible)) {
    return wrong("the key has characters that no header can carry",
                 "is there a space or a line end around it?");
  }
  const KeyForm form = form_of(raw);
  if (form == KeyForm::kMalformed) {
    return wrong("the key begins like one of ours, but its form or checksum is wrong",
                 "a part of it may be missing");
  }
  if (auto set = set_digest(to_hex(digest_of(raw)), 0, row); !set) return set;
  if (form != KeyForm::kOurs) return {};
  const auto id = raw.find('_', 4) + 1;
  if (row.env().empty()) row.set_env(std::string(raw.substr(4, id - 5)));
  if (row.id().empty()) row.set_id(std::string(raw.substr(id, 8)));
  return {};
}

}  // namespace sallyport
