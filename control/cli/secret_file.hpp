// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "agent/base/result.hpp"

namespace sallyport {

/// Hands a file, or standard input ("-"), on part by part; the buffer is wiped. A failure is an
/// error, never a negative answer (kUnavailable).
Result<void> read_secret_file(const std::string& name,
                              const std::function<void(std::string_view)>& take);

}  // namespace sallyport
