// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <set>
#include <span>
#include <string>

#include "agent/datapath/kernel_map.hpp"
#include "agent/datapath/tables.hpp"

namespace sallyport {

/// Services on every local address in sp_service_ports, those on one address in sp_services.
class KernelServices final : public ServiceTable {
 public:
  /// `ports`: by number, all 65,536.
  KernelServices(const bpf_map* map, std::span<sp_service_port> ports) : map_(map), ports_(ports) {}

  Result<void> put(const sp_service_key& key, const sp_service& service) override;
  Result<void> erase_others() override;
  [[nodiscard]] TableUse use() const;

 private:
  KernelMap<sp_service_key, sp_service> map_;
  std::span<sp_service_port> ports_;
  mutable std::mutex lock_;
  std::set<std::string> declared_;  // keys, since this agent started
};

}  // namespace sallyport
