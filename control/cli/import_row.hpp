// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sallyport/control/v1/control.pb.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "agent/base/result.hpp"

namespace sallyport {

/// A field of a key as files of keys have it: a column of CSV, a member of a JSON object.
struct ImportField {
  std::string_view name;
  /// Reads its text. What is wrong is told without the text: it may be a secret in the wrong place.
  Result<void> (*set)(std::string_view text, std::int64_t now, control::v1::ImportRow& row);
  /// As an export writes it, so that `set` gives the same key. Null: it is never exported.
  std::string (*get)(const control::v1::Key& key);
};

/// All of them, in the order of an export's columns.
[[nodiscard]] std::span<const ImportField> import_fields();

/// nullptr: there is none of that name.
[[nodiscard]] const ImportField* find_import_field(std::string_view name);

/// Their names, for people: "key, digest, …".
[[nodiscard]] std::string import_field_names();

/// What a raw key, of whatever form, is kept as: its digest, and of one of ours its id and
/// environment. The caller wipes `raw`.
[[nodiscard]] Result<void> set_raw_key(std::string_view raw, control::v1::ImportRow& row);

}  // namespace sallyport
