// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <span>
#include <string>

#include "agent/datapath/kernel_map.hpp"
#include "agent/datapath/tables.hpp"

namespace sallyport {

/// Services on every local address in sp_service_ports, those on one address in sp_services, and
/// the headers of those in clear in sp_key_headers.
class KernelServices final : public ServiceTable {
 public:
  /// `ports`: by sp_port_index, all SP_SERVICE_PORTS.
  KernelServices(const bpf_map* map, const bpf_map* key_headers, std::span<sp_service_port> ports)
      : map_(map), key_headers_(key_headers), ports_(ports) {}

  Result<void> put(const sp_service_key& key, const sp_service& service) override;
  Result<void> put_key_headers(std::uint16_t service_id, const sp_key_headers& headers) override;
  Result<void> erase_others() override;
  [[nodiscard]] Result<std::uint64_t> repair() override;
  [[nodiscard]] TableUse use() const;

 private:
  [[nodiscard]] bool holds(const sp_service_key& key, const sp_service& service) const;
  Result<void> write(const sp_service_key& key, const sp_service& service);

  KernelMap<sp_service_key, sp_service> map_;
  KernelMap<__u32, sp_key_headers> key_headers_;
  std::span<sp_service_port> ports_;
  mutable std::mutex lock_;
  std::map<std::string, sp_service> declared_;  // by key, since this agent started
};

}  // namespace sallyport
