// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "agent/base/result.hpp"
#include "tools/bench/packet/options.hpp"

namespace sallyport::bench {

/// A program in the state that the case needs.
class Subject {
 public:
  virtual ~Subject() = default;

  [[nodiscard]] virtual int program_fd() const = 0;
  /// Packets that have met the case's verdict; a peer does not count, and says 0.
  [[nodiscard]] virtual Result<std::uint64_t> counted() const { return std::uint64_t{0}; }
};

/// Attached to `options.interface`, natively; off it again when destroyed.
[[nodiscard]] Result<std::unique_ptr<Subject>> stand_on_interface(const Options& options);

/// Loaded and attached nowhere.
[[nodiscard]] Result<std::unique_ptr<Subject>> load_subject(const Options& options);

}  // namespace sallyport::bench
