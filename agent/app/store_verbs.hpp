// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sallyport {

// What `sallyportd` does with a store while no agent runs: it alone may open one. Exit statuses: 0
// sound, or restored; 1 it is not sound; 2 it could not be done.

[[nodiscard]] int check_store_file(const std::string& file);
[[nodiscard]] int restore_store_file(const std::string& backup, const std::string& store);

}  // namespace sallyport
