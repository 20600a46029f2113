// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace sallyport {

/// Memory for coroutine frames, kept by each thread for the next frame of about the same size,
/// so that a request allocates nothing. A frame may be freed on another thread than it was made.
constexpr std::size_t kFrameAlignment = __STDCPP_DEFAULT_NEW_ALIGNMENT__;

[[nodiscard]] void* take_frame(std::size_t bytes);
void give_frame(void* frame, std::size_t bytes) noexcept;

}  // namespace sallyport
