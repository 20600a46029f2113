// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sallyport::test {

/// The path of the `sallyport` program that this build made.
[[nodiscard]] const char* cli_program() noexcept;

}  // namespace sallyport::test
