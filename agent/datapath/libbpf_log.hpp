// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sallyport {

/// While it lives, what libbpf says on this thread is kept instead of printed. Nesting is not
/// supported: the innermost one gets the lines.
class LibbpfLog {
 public:
  LibbpfLog();
  ~LibbpfLog();
  LibbpfLog(const LibbpfLog&) = delete;
  LibbpfLog& operator=(const LibbpfLog&) = delete;

  /// The last lines at warning level, joined by "; ", at most about 600 bytes.
  [[nodiscard]] std::string tail() const;

 private:
  std::string lines_;
};

}  // namespace sallyport
