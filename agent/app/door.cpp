// SPDX-License-Identifier: Apache-2.0
#include "agent/app/door.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace sallyport {

Result<Door> Door::open(const OuterDoorConfig& config) {
  Door door;
  door.required_ = config.required;
  if (config.interfaces.empty()) {
    door.note_ = "no interface is configured";
    spdlog::info("outer door: none configured; the inner door does the whole job");
  } else if (auto kernel = OuterDoor::open(config)) {
    door.kernel_ = std::move(*kernel);
    return door;
  } else if (auto done = door.go_on_without(kernel.error()); !done) {
    return done.error();
  }
  door.memory_ = std::make_unique<MemoryTables>(config);
  return door;
}

Result<void> Door::attach() {
  if (!kernel_) return {};
  const auto done = kernel_->attach();
  for (const auto& note : kernel_->notes()) spdlog::warn("outer door: {}", note);
  if (!done) return go_on_without(done.error());
  is_attached_ = true;
  for (const auto& view : interfaces()) {
    spdlog::info("outer door: {}: {}{}{}", view.name, view.attached, view.why.empty() ? "" : ": ",
                 view.why);
  }
  return {};
}

Result<void> Door::go_on_without(const Failure& failure) {
  // Beside a door that is not ours to change, an inner door alone would contradict it.
  const bool is_for_the_operator =
      failure.code == Errc::kNotFound || failure.code == Errc::kIncompatible;
  if (required_ || is_for_the_operator) return failure;
  note_ = to_string(failure);
  spdlog::error("outer door: {}", note_);
  spdlog::error("outer door: absent; the inner door does the whole job, at a higher cost");
  return {};
}

Tables& Door::tables() noexcept {
  return kernel_ ? kernel_->tables() : static_cast<Tables&>(*memory_);
}

std::vector<InterfaceView> Door::interfaces() const {
  std::vector<InterfaceView> views;
  if (!is_attached_) return views;
  for (const auto& attachment : kernel_->attachments()) {
    views.push_back({attachment.name, attachment.attached, attachment.why});
  }
  return views;
}

}  // namespace sallyport
