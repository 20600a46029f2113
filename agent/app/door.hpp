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
  /// Fails where the operator must act: an interface that does not exist, pins of a newer version
  /// or another build, or any failure with `required`. Else the inner door goes on alone, and
  /// `note` says why.
  [[nodiscard]] static Result<Door> open(const OuterDoorConfig& config);

  /// Once the tables say what they must: lets the programs judge by them. Fails as `open` does.
  /// Before any other thread asks this object.
  [[nodiscard]] Result<void> attach();

  [[nodiscard]] Tables& tables() noexcept;
  /// Null: there is no outer door. From `attach` on, as is_kernel.
  [[nodiscard]] EventRing* events() noexcept { return is_attached_ ? &kernel_->events() : nullptr; }
  [[nodiscard]] bool is_kernel() const noexcept { return is_attached_; }
  [[nodiscard]] const std::string& note() const noexcept { return note_; }
  [[nodiscard]] std::vector<InterfaceView> interfaces() const;

 private:
  Door() = default;

  [[nodiscard]] Result<void> go_on_without(const Failure& failure);

  bool required_ = false;
  bool is_attached_ = false;
  std::unique_ptr<OuterDoor> kernel_;  // kept when it could not be attached: its tables serve
  std::unique_ptr<MemoryTables> memory_;
  std::string note_;
};

}  // namespace sallyport
