// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/config/config.hpp"

struct sallyport_bpf;  // the generated skeleton

namespace sallyport {

struct PinPlan;

/// The loaded programs and their maps. The only place that loads, but for what libxdp loads itself
/// (see MemberObject); closes everything that is not pinned when it is destroyed.
class BpfObject {
 public:
  struct Capacities {
    std::uint32_t connections;
    std::uint32_t sources;
    std::uint32_t key_slots;
    std::uint32_t denied_keys = 262144;
    std::uint32_t event_ring_bytes = 1U << 20;  // a power of two, whole pages
  };

  /// Loads with maps of this process's own.
  [[nodiscard]] static Result<BpfObject> load(const Capacities& capacities);

  /// Loads with the maps pinned where the plan says, taking over those that are there, with
  /// their contents, and those that are shared with an earlier version. `notes` gets a line for
  /// each pinned map whose capacity is not the wanted one.
  [[nodiscard]] static Result<BpfObject> load_pinned(const Capacities& capacities,
                                                     const PinPlan& plan,
                                                     std::vector<std::string>& notes);

  BpfObject(BpfObject&&) noexcept;
  BpfObject& operator=(BpfObject&&) noexcept;
  ~BpfObject();

  [[nodiscard]] sallyport_bpf& skeleton() const noexcept { return *skeleton_; }
  [[nodiscard]] int xdp_fd() const noexcept;
  [[nodiscard]] int tc_fd() const noexcept;
  [[nodiscard]] int egress_fd() const noexcept;
  /// What libbpf warned of although it loaded; empty when all is well.
  [[nodiscard]] const std::string& warnings() const noexcept { return warnings_; }

 private:
  struct Destroy {
    void operator()(sallyport_bpf* skeleton) const noexcept;
  };

  explicit BpfObject(sallyport_bpf* skeleton) noexcept : skeleton_(skeleton) {}
  [[nodiscard]] static Result<BpfObject> open(const Capacities& capacities);
  [[nodiscard]] static Result<BpfObject> load_opened(BpfObject object);

  std::unique_ptr<sallyport_bpf, Destroy> skeleton_;
  std::string warnings_;
};

}  // namespace sallyport
