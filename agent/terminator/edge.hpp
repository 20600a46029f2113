// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "agent/association/key_entry.hpp"
#include "agent/base/address.hpp"
#include "agent/limits/gcra.hpp"
#include "agent/offenders/observation.hpp"
#include "bpf/abi/connection.h"

namespace sallyport {

/// How a bound connection ended, which decides what becomes of its binding.
enum class Ended : std::uint8_t {
  kClosed,     // by either side, in good standing: the binding goes at once
  kCondemned,  // cut: the binding stays a while, so that late packets die in the kernel
};

/// What becomes of a new connection, before a byte of it is read.
enum class Admission : std::uint8_t {
  kAdmitted,
  kDenied,  // by one of the operator's prefixes
  kBanned,
  kPaced,  // its source opens connections faster than it may
};

/// What a terminator's worker asks of the rest of the agent. Implemented by agent/sync; called
/// on worker threads, thread-safe, never waits for a disk or another thread's work.
class Edge {
 public:
  virtual ~Edge() = default;

  /// Whether a new connection of the source may begin, as the outer door would say. Spends one
  /// of the source's pace.
  [[nodiscard]] virtual Admission admit(const Address& source) noexcept = 0;

  /// Spends one request of the key's limit, from the clock shared with the kernel, and its
  /// `bytes`. Refused when either is over; it has spent nothing then. Gives the key a slot on
  /// first use.
  [[nodiscard]] virtual Spend spend_request(KeyEntry& key, std::uint64_t bytes) noexcept = 0;

  /// Spends bytes of a body that were read, and gives the nanoseconds to wait
  /// before more are read.
  [[nodiscard]] virtual std::uint64_t charge_bytes(KeyEntry& key, std::uint64_t bytes) noexcept = 0;

  /// Spends bytes of a response that were sent, 0 for none, and gives the nanoseconds to wait
  /// before more are sent.
  [[nodiscard]] virtual std::uint64_t charge_sent(KeyEntry& key, std::uint64_t bytes) noexcept = 0;

  /// Binds a connection to the key's slot; false where a table is full or absent (counted;
  /// the inner door does the whole job). A binding left over for the same 4-tuple is replaced.
  virtual bool bind(const sp_connection_key& connection, KeyEntry& key) noexcept = 0;

  /// Condemns a connection of an offender: binds it to SP_OFFENDER_SLOT.
  virtual void condemn(const sp_connection_key& connection) noexcept = 0;

  /// For a connection that was bound (or condemned) before.
  virtual void unbind(const sp_connection_key& connection, Ended ended) noexcept = 0;

  /// Reports a fact; dropped and counted when the worker's queue is full. `worker` < workers.
  virtual void observe(unsigned worker, const Observation& observation) noexcept = 0;
};

}  // namespace sallyport
