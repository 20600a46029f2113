// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "agent/app/parts.hpp"
#include "agent/base/key_format.hpp"
#include "agent/service/operations.hpp"

namespace sallyport {

/// Every change goes one way: the store commits it, the kernel's tables take it, the workers cut
/// what it condemns; then it is acknowledged, with the time that each took.
///
/// Confined to the control strand.
class ControlPlane {
 public:
  explicit ControlPlane(Parts& parts) : parts_(parts) {}

  /// Runs a transaction of the registry and carries out what follows from it.
  Result<Receipt> change(const std::function<Result<Commit>()>& transaction);

  Result<CreatedKey> create_key(const Actor& actor, KeySpec spec);
  Result<CreatedKey> rotate_key(const Actor& actor, const std::string& id,
                                const RotationOrder& order, const std::string& reason);
  Result<Receipt> remove_ban(const Actor& actor, const Address& source);
  Result<Receipt> set_mode(const Actor& actor, const std::string& service, sp_mode mode);

  /// Drains the workers' observations and acts on the policy's verdicts.
  void judge_offenders();

  /// Once a second: ends what has ended.
  void tick();

 private:
  /// Runs a transaction that stores `made`, and hands the key out; wiped where it fails.
  Result<CreatedKey> hand_out(NewKey made, const std::function<Result<Commit>()>& transaction);
  void act(const OffenderVerdict& verdict);
  /// Says what the kernel's tables did not take since it was last said, once a minute at most.
  void warn_of_full_tables(BootNs now);
  void put_modes(const std::vector<ServiceMode>& modes, std::vector<Failure>& failures);

  Parts& parts_;
  BootNs warned_at_ = 0;
  BootNs warned_of_cidrs_at_ = 0;
  BootNs warned_of_uses_at_ = 0;
  std::uint64_t told_bindings_ = 0;
  std::uint64_t told_slots_ = 0;
};

}  // namespace sallyport
