// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace sallyport::test {

/// A property that does not hold is a crash, which the fuzzer keeps and shows.
inline void require(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "property violated: %s\n", property);
  std::abort();
}

/// The first `size` bytes in an allocation of their own, so that a read behind them is seen.
class Prefix {
 public:
  Prefix(std::string_view text, std::size_t size)
      : bytes_(std::make_unique<char[]>(size)), size_(size) {
    text.copy(bytes_.get(), size);
  }
  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_;
};

/// The fuzzer's bytes as text.
[[nodiscard]] inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return size == 0 ? std::string_view{}
                   : std::string_view{reinterpret_cast<const char*>(data), size};
}

}  // namespace sallyport::test
