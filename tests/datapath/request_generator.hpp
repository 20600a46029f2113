// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string>

namespace sallyport::test {

/// Keys that `any_request` presents, of one block of SHA-256 and of two.
inline const std::array<std::string, 4> kKeys = {"spk_test_one", "k", std::string(56, 't'),
                                                 std::string(119, 'u')};

/// Bytes by which a head becomes another one.
inline constexpr std::array<std::uint8_t, 10> kTellingBytes = {'\r', '\n', ' ', '\t', ':',
                                                               '0',  '9',  'X', 'B',  0};

/// The first bytes of an HTTP/1 connection: mostly a head that is whole, with one key in one of the
/// usual places, and now and then anything that might be taken for it.
[[nodiscard]] std::string any_request(std::mt19937_64& random);

}  // namespace sallyport::test
