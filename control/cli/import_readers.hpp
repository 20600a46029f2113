// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "control/cli/import_rows.hpp"

namespace sallyport {

/// Reads a file part by part into rows. Raw keys are hashed where they are met.
class ImportReader {
 public:
  virtual ~ImportReader() = default;
  virtual void feed(std::string_view part) = 0;
  virtual void finish() = 0;
};

/// A header line names the columns (import_row.hpp), in any order.
[[nodiscard]] std::unique_ptr<ImportReader> read_csv(ImportRows& rows);
/// An object a line, with members of the same names; what `key list -o json` says of use is left.
[[nodiscard]] std::unique_ptr<ImportReader> read_jsonl(ImportRows& rows);
/// Kong's declarative configuration: consumers and their keyauth_credentials.
[[nodiscard]] std::unique_ptr<ImportReader> read_kong(ImportRows& rows);
/// APISIX's apisix.yaml: consumers with the plugin key-auth, and their credentials.
[[nodiscard]] std::unique_ptr<ImportReader> read_apisix(ImportRows& rows);

}  // namespace sallyport
