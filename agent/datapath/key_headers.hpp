// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "bpf/abi/denied_key.h"

namespace sallyport {

/// The header names (lower case) in which a service takes a key, as the kernel compares them. All
/// zero, so that nothing is read, where one of them does not fit: a request that presents a good
/// key in that one and a denied key in another must not be judged by the latter.
[[nodiscard]] sp_key_headers encode_key_headers(std::span<const std::string> names) noexcept;

}  // namespace sallyport
