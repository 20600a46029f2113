// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/registry/sqlite_database.hpp"

namespace sallyport {

/// Grows with every change of the tables.
constexpr int kSchemaVersion = 6;

/// Makes the tables of a new store and brings those of an older one forward, a version a
/// transaction; refuses a store of a newer agent, or a database that is not
/// a store at all, without touching it (kIncompatible).
Result<void> prepare_schema(SqliteDatabase& database);

/// kIncompatible: it is not a store of this version. Changes nothing.
[[nodiscard]] Result<void> check_schema(const SqliteDatabase& database);

}  // namespace sallyport
