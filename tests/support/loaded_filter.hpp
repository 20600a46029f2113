// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/bpf.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/datapath/bpf_object.hpp"
#include "agent/datapath/event_ring.hpp"
#include "agent/datapath/kernel_tables.hpp"
#include "bpf/abi/verdict.h"
#include "tests/support/packet_builder.hpp"

namespace sallyport::test {

enum class Hook { kXdp, kTc };

/// What became of one packet.
struct Outcome {
  bool dropped = false;
  sp_verdict verdict = SP_VERDICT_COUNT;  // whose counter moved
  bool observed = false;                  // it moved as "would have been dropped"
  bool answered = false;                  // dropped, and a reset goes back

  bool operator==(const Outcome&) const = default;
};

/// What a declared service may be beyond TLS over TCP.
struct ServiceTraits {
  unsigned traits = 0;  // SP_SERVICE_*
  bool is_udp = false;
};

/// The real object in the kernel, unattached, judged packet by packet with BPF_PROG_RUN.
class LoadedFilter {
 public:
  /// `error()` is set when it could not be loaded.
  explicit LoadedFilter(std::uint32_t event_ring_bytes = 1U << 20);

  [[nodiscard]] const std::optional<Failure>& error() const noexcept { return error_; }
  [[nodiscard]] KernelTables& tables() noexcept { return *tables_; }
  [[nodiscard]] EventRing& event_ring() noexcept { return *events_; }

  /// Throws std::runtime_error when the kernel does not run it, or when not exactly one counter
  /// moves by one packet and the frame's bytes.
  [[nodiscard]] Outcome run(Hook hook, const Bytes& frame);

  /// What the program of the TC hook returns for a frame of which the kernel says `context`.
  [[nodiscard]] int run_tc(const Bytes& frame, __sk_buff context);

  /// Nanoseconds a run, on average over `repeat` runs, as the kernel measures it.
  [[nodiscard]] std::uint32_t cost_ns(Hook hook, const Bytes& frame, unsigned repeat);

  struct Sent {
    bool dropped = false;
    std::uint64_t departure_ns = 0;  // CLOCK_MONOTONIC; as `wanted_ns` where nothing changed it
  };
  /// What the egress program makes of a frame for which TCP asks for that departure.
  [[nodiscard]] Sent send(const Bytes& frame, std::uint64_t wanted_ns = 0);

  /// The answer to a frame that is dropped with one.
  [[nodiscard]] Bytes answer_to(const Bytes& frame);

  void declare_service(const std::string& address, std::uint16_t port, std::uint16_t id,
                       sp_mode mode = SP_MODE_ENFORCE, ServiceTraits more = {});
  /// What the programs left in the scratch in which they read requests, of every CPU.
  [[nodiscard]] Bytes scratch();
  void set_key_headers(std::uint16_t service, const std::vector<std::string>& names);
  void deny_key(const std::string& raw);
  void allow_key(const std::string& raw);
  /// Fills a slot as the agent would.
  void set_slot(std::uint32_t slot, std::uint32_t generation, sp_verdict verdict);
  void bind(const std::string& source, std::uint16_t port, std::uint16_t service, sp_connection to);
  void unbind(const std::string& source, std::uint16_t port, std::uint16_t service);
  void ban(const std::string& source, __u64 expires_ns, sp_verdict verdict);
  void unban(const std::string& source);
  /// The whole list, of "192.0.2.0/24" and the like.
  void set_cidrs(const std::vector<std::string>& allowed, const std::vector<std::string>& denied);
  /// One in so many packets becomes an event; 0: none, as at first.
  void sample(std::uint32_t drops, std::uint32_t passes = 0);
  /// What the ring holds, taken out of it.
  [[nodiscard]] std::vector<sp_event> events();
  [[nodiscard]] sp_connection binding_of(const std::string& source, std::uint16_t port,
                                         std::uint16_t service);

 private:
  [[nodiscard]] std::array<sp_counter, SP_VERDICT_COUNT> counters();

  std::optional<Failure> error_;
  std::optional<BpfObject> object_;
  std::unique_ptr<KernelTables> tables_;
  std::unique_ptr<EventRing> events_;
};

}  // namespace sallyport::test
