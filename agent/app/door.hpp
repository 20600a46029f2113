// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/config/config.hpp"
#include "agent/datapath/memory_tables.hpp"
#include "agent/datapath/outer_door.hpp"
#include "agent/datapath/tables.hpp"
#include "agent/service/operations.hpp"

namespace sallyport {

/// The outer door where there is one, else tables in this process's memory with the same
/// meaning, so that nothing above has to know which.
class Door {
 public:
  /// Fails where the operator must act: an interface that does not exist, or any failure with
  /// `required`. Else the inner door goes on alone, and `note` says why.
  [[nodiscard]] static Result<Door> open(const OuterDoorConfig& config);

  [[nodiscard]] Tables& tables() noexcept;
  /// Null: there is no outer door.
  [[nodiscard]] EventRing* events() noexcept { return kernel_ ? &kernel_->events() : nullptr; }
  [[nodiscard]] bool is_kernel() const noexcept { return kernel_ != nullptr; }
  [[nodiscard]] const std::string& note() const noexcept { return note_; }
  [[nodiscard]] std::vector<InterfaceView> interfaces() const;

 private:
  Door() = default;

  std::unique_ptr<OuterDoor> kernel_;
  std::unique_ptr<MemoryTables> memory_;
  std::string note_;
};

}  // namespace sallyport
