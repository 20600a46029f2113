// SPDX-License-Identifier: Apache-2.0
#include "agent/app/door.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace sallyport {

Result<Door> Door::open(const OuterDoorConfig& config) {
  Door door;
  if (config.interfaces.empty()) {
    door.note_ = "no interface is configured";
    spdlog::info("outer door: none configured; the inner door does the whole job");
  } else if (auto kernel = OuterDoor::open(config)) {
    door.kernel_ = std::move(*kernel);
    for (const auto& note : door.kernel_->notes()) spdlog::warn("outer door: {}", note);
    for (const auto& view : door.interfaces()) {
      spdlog::info("outer door: {}: {}{}{}", view.name, view.attached, view.why.empty() ? "" : ": ",
                   view.why);
    }
    return door;
  } else if (config.required || kernel.error().code == Errc::kNotFound) {
    return kernel.error();
  } else {
    door.note_ = to_string(kernel.error());
    spdlog::error("outer door: {}", door.note_);
    spdlog::error("outer door: absent; the inner door does the whole job, at a higher cost");
  }
  door.memory_ = std::make_unique<MemoryTables>(config);
  return door;
}

Tables& Door::tables() noexcept {
  return kernel_ ? kernel_->tables() : static_cast<Tables&>(*memory_);
}

std::vector<InterfaceView> Door::interfaces() const {
  std::vector<InterfaceView> views;
  if (!kernel_) return views;
  for (const auto& attachment : kernel_->attachments()) {
    views.push_back({attachment.name, attachment.attached, attachment.why});
  }
  return views;
}

}  // namespace sallyport
