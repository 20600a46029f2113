// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "agent/datapath/pin_directory.hpp"

namespace sallyport {

/// Tables that are pinned where they are not in force yet: they go with this object unless `keep`
/// was called.
class UnfinishedPins {
 public:
  UnfinishedPins() = default;
  explicit UnfinishedPins(PinDirectory pins) : pins_(std::move(pins)) {}
  UnfinishedPins(UnfinishedPins&& other) noexcept : pins_(std::exchange(other.pins_, {})) {}
  UnfinishedPins& operator=(UnfinishedPins&& other) noexcept {
    std::swap(pins_, other.pins_);
    return *this;
  }
  ~UnfinishedPins() {
    if (is_there()) (void)remove_pins(pins_);
  }

  [[nodiscard]] bool is_there() const noexcept { return !pins_.path.empty(); }
  [[nodiscard]] const std::string& path() const noexcept { return pins_.path; }
  void keep() noexcept { pins_ = {}; }

 private:
  PinDirectory pins_;
};

}  // namespace sallyport
