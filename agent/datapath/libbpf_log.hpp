// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace sallyport {

/// While it lives, what libbpf and libxdp warn of on this thread is kept instead of printed. Of
/// nested ones the innermost gets the lines.
class LibbpfLog {
 public:
  LibbpfLog();
  ~LibbpfLog();
  LibbpfLog(const LibbpfLog&) = delete;
  LibbpfLog& operator=(const LibbpfLog&) = delete;

  [[nodiscard]] bool contains(std::string_view text) const noexcept;

  /// The last lines at warning level, joined by "; ", at most about 600 bytes.
  [[nodiscard]] std::string tail() const;

 private:
  std::string lines_;
  std::string* outer_;
};

}  // namespace sallyport
