// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace sallyport {

/// The known name that `name` was probably meant to be: the one with the fewest edits (a swap of
/// neighbours is one), if these are few for its length; else empty.
[[nodiscard]] std::string_view nearest_name(std::string_view name,
                                            std::span<const std::string_view> known);

}  // namespace sallyport
