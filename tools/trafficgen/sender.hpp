// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "agent/base/result.hpp"
#include "tools/trafficgen/frame.hpp"
#include "tools/trafficgen/veth.hpp"

struct trafficgen_bpf;  // the generated skeleton
struct bpf_link;

namespace sallyport::trafficgen {

/// Sends one frame's variants out of a veth interface, from the calling thread.
class Sender {
 public:
  /// While the sender lives, the interface has an XDP program: its own that passes everything,
  /// unless one was there.
  [[nodiscard]] static Result<Sender> open(const Options& options, const Veth& veth, Frame frame);

  /// Exactly `count` frames. They are sent, not yet received. A signal ends it early.
  Result<void> send(std::uint32_t count);

  [[nodiscard]] std::uint64_t sent() const noexcept;

 private:
  struct Close {
    void operator()(trafficgen_bpf* skeleton) const noexcept;
    void operator()(bpf_link* link) const noexcept;
  };

  Result<void> run(std::uint32_t count, std::uint32_t batch);

  Frame frame_;
  unsigned interface_ = 0;
  std::unique_ptr<trafficgen_bpf, Close> skeleton_;
  std::unique_ptr<bpf_link, Close> ready_;
};

}  // namespace sallyport::trafficgen
