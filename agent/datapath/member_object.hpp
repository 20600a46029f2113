// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "agent/base/result.hpp"

struct bpf_object;
struct sallyport_bpf;  // the generated skeleton

namespace sallyport {

class BpfObject;

/// Our program for libxdp's dispatcher, opened but not loaded: what replaces a function of another
/// program is loaded against that program, and libxdp does it. It judges by the maps and constants
/// of the loaded programs.
class MemberObject {
 public:
  [[nodiscard]] static Result<MemberObject> open(const BpfObject& loaded);

  [[nodiscard]] bpf_object* get() const noexcept;
  [[nodiscard]] const char* program_name() const noexcept;

 private:
  struct Destroy {
    void operator()(sallyport_bpf* skeleton) const noexcept;
  };

  explicit MemberObject(sallyport_bpf* skeleton) noexcept : skeleton_(skeleton) {}

  std::unique_ptr<sallyport_bpf, Destroy> skeleton_;
};

}  // namespace sallyport
