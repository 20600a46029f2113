// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nghttp2/nghttp2.h>

namespace sallyport {

/// Memory for nghttp2 that is wiped before it is given back: fields pass through it, and one of
/// them is a raw key. Static; any thread.
[[nodiscard]] nghttp2_mem* wiping_memory() noexcept;

}  // namespace sallyport
