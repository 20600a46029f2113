// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/terminator/access_record.hpp"

namespace sallyport {

/// Appends the record as one JSON object and a line feed. What is not known is left out.
void append_json_line(const AccessRecord& record, std::string& out);

/// Appends it in the "combined" format of Apache and nginx; the key's user stands where
/// authentication would put one, and there is no referrer.
void append_combined_line(const AccessRecord& record, std::string& out);

}  // namespace sallyport
