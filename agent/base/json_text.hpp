// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sallyport {

/// Appends `text` as the inside of a JSON string (RFC 8259 section 7); what is not UTF-8 becomes
/// U+FFFD, so that the outcome is a JSON string whatever `text` is.
void append_json_text(std::string_view text, std::string& out);

/// Appends `value` in decimal digits.
void append_decimal(std::uint64_t value, std::string& out);

}  // namespace sallyport
