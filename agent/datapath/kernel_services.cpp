// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/kernel_services.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <vector>

namespace sallyport {
namespace {

std::string bytes_of(const sp_service_key& key) {
  return {reinterpret_cast<const char*>(&key), sizeof key};
}

bool is_on_every_address(const sp_service_key& key) {
  const auto& bytes = key.local_address.bytes;
  return std::all_of(std::begin(bytes), std::end(bytes), [](__u8 byte) { return byte == 0; });
}

std::size_t index_of(const sp_service_key& key) {
  return sp_port_index(key.protocol == IPPROTO_UDP ? 1 : 0, ntohs(key.local_port));
}

sp_service_key on_every_address(std::size_t index) {
  sp_service_key key{};
  key.local_port = htons(static_cast<std::uint16_t>(index));
  key.protocol = index < sp_port_index(1, 0) ? IPPROTO_TCP : IPPROTO_UDP;
  return key;
}

__u32 word_of(const sp_service& service) {
  static_assert(sizeof(sp_service) == sizeof(__u32));
  __u32 word = 0;
  std::memcpy(&word, &service, sizeof word);
  return word;
}

/// Id and mode change together.
void store(sp_service& where, const sp_service& service) {
  std::atomic_ref<__u32>(reinterpret_cast<__u32&>(where))
      .store(word_of(service), std::memory_order_release);
}

void store_has_exact(sp_service_port& port, bool has_exact) {
  std::atomic_ref<__u32>(port.has_exact).store(has_exact ? 1 : 0, std::memory_order_release);
}

}  // namespace

Result<void> KernelServices::put(const sp_service_key& key, const sp_service& service) {
  const std::scoped_lock guard(lock_);
  declared_[bytes_of(key)] = service;
  return write(key, service);
}

Result<void> KernelServices::write(const sp_service_key& key, const sp_service& service) {
  sp_service_port& port = ports_[index_of(key)];
  if (is_on_every_address(key)) {
    store(port.any, service);
    return {};
  }
  if (auto done = map_.put(key, service); !done) return done;
  store_has_exact(port, true);
  return {};
}

bool KernelServices::holds(const sp_service_key& key, const sp_service& service) const {
  const sp_service_port& port = ports_[index_of(key)];
  if (is_on_every_address(key)) return word_of(port.any) == word_of(service);
  const auto found = map_.find(key);
  return found && word_of(*found) == word_of(service) && port.has_exact != 0;
}

Result<std::uint64_t> KernelServices::repair() {
  const std::scoped_lock guard(lock_);
  std::uint64_t mended = 0;
  for (const auto& [bytes, service] : declared_) {
    sp_service_key key{};
    std::memcpy(&key, bytes.data(), sizeof key);
    if (holds(key, service)) continue;
    ++mended;
    if (auto done = write(key, service); !done) return done.error();
  }
  return mended;
}

Result<void> KernelServices::put_key_headers(std::uint16_t service_id,
                                             const sp_key_headers& headers) {
  return key_headers_.put(service_id, headers);
}

Result<void> KernelServices::erase_others() {
  const std::scoped_lock guard(lock_);
  std::vector<sp_service_key> others;
  std::vector<bool> has_exact(ports_.size());
  auto read = map_.for_each([&](const sp_service_key& key, const sp_service&) {
    if (declared_.contains(bytes_of(key))) {
      has_exact[index_of(key)] = true;
    } else {
      others.push_back(key);
    }
  });
  if (!read) return read;
  for (const auto& key : others) {
    if (auto erased = map_.erase(key); !erased) return erased;
  }
  for (std::size_t index = 0; index < ports_.size(); ++index) {
    sp_service_port& port = ports_[index];
    if (port.has_exact != 0) store_has_exact(port, has_exact[index]);
    if (port.any.id != 0 && !declared_.contains(bytes_of(on_every_address(index)))) {
      store(port.any, {});
    }
  }
  return {};
}

TableUse KernelServices::use() const {
  auto use = map_.use("services");
  use.used += static_cast<std::uint64_t>(std::count_if(
      ports_.begin(), ports_.end(), [](const auto& port) { return port.any.id != 0; }));
  return use;
}

}  // namespace sallyport
