// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nghttp2/nghttp2.h>

namespace sallyport {

/// Hands what nghttp2 reports to the `Http2Connection` that is its user data. One set for all
/// connections; null: no memory.
[[nodiscard]] const nghttp2_session_callbacks* http2_callbacks() noexcept;

}  // namespace sallyport
