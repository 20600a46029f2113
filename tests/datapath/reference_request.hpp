// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace sallyport::test {

/// The key that the outer door judges in the first segment of a connection to a service in clear,
/// after bpf/README.md; nothing where it leaves the segment to the inner door. `headers`: lower
/// case; for "authorization" the key follows the Bearer scheme.
[[nodiscard]] std::optional<std::string> key_in_first_segment(
    const std::string& segment, const std::vector<std::string>& headers);

}  // namespace sallyport::test
