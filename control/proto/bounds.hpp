// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <google/protobuf/message.h>

#include <optional>
#include <string>

namespace sallyport {

/// What is wrong with a request before anyone looks at its meaning: a text that is longer than
/// its `max_bytes` or not UTF-8, a time before 1970. nullopt: nothing. Repeats no text that is at
/// fault, since it may be anything, a raw key too.
[[nodiscard]] std::optional<std::string> out_of_bounds(const google::protobuf::Message& request);

}  // namespace sallyport
