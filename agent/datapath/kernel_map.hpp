// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/datapath/tables.hpp"

namespace sallyport {

/// One hash map of the kernel, with its types. Any thread.
template <class Key, class Value>
class KernelMap {
 public:
  explicit KernelMap(const bpf_map* map)
      : fd_(bpf_map__fd(map)), name_(bpf_map__name(map)), capacity_(bpf_map__max_entries(map)) {}

  Result<void> put(const Key& key, const Value& value) {
    // -EBUSY comes and goes with another CPU in the same bucket (Linux 5.11 to 6.14).
    for (int attempt = 0; attempt < kTries; ++attempt) {
      if (bpf_map_update_elem(fd_, &key, &value, BPF_ANY) == 0) return {};
      if (errno != EBUSY) break;
    }
    return refused("took no row");
  }

  /// Nothing: it is not there, or can't be read.
  [[nodiscard]] std::optional<Value> find(const Key& key) const {
    Value value{};
    if (bpf_map_lookup_elem(fd_, &key, &value) != 0) return std::nullopt;
    return value;
  }

  /// In batches. `keys` and `values` have the same length; after a failure some are in.
  Result<void> put_all(const std::vector<Key>& keys, const std::vector<Value>& values) {
    std::size_t done = 0;
    for (int attempt = 0; done < keys.size();) {
      auto count = static_cast<__u32>(std::min(kBatch, keys.size() - done));
      if (bpf_map_update_batch(fd_, &keys[done], &values[done], &count, nullptr) == 0) {
        attempt = 0;
      } else if (errno != EBUSY || ++attempt == kTries) {
        return refused("took no row");
      }
      done += count;  // the kernel says how many it took
    }
    return {};
  }

  Result<void> erase(const Key& key) {
    for (int attempt = 0; attempt < kTries; ++attempt) {
      if (bpf_map_delete_elem(fd_, &key) == 0 || errno == ENOENT) return {};
      if (errno != EBUSY) break;
    }
    return refused("did not let go of a row");
  }

  /// Every row, in batches: one call a row would take a large part of a second for a full table,
  /// and starts over whenever the row it stands on is erased meanwhile.
  template <class Visit>
  Result<void> for_each(Visit&& visit) const {
    std::vector<Key> keys(kBatch);
    std::vector<Value> values(kBatch);
    std::uint32_t position = 0;  // a bucket's number, for the kernel
    bool more = true;
    for (bool first = true; more; first = false) {
      auto count = static_cast<__u32>(keys.size());
      if (bpf_map_lookup_batch(fd_, first ? nullptr : &position, &position, keys.data(),
                               values.data(), &count, nullptr) != 0) {
        if (errno == ENOSPC && keys.size() < capacity_) {  // one bucket holds more than that
          keys.resize(keys.size() * 2);
          values.resize(keys.size());
          continue;  // the kernel has set position to that bucket
        }
        if (errno != ENOENT) return refused("could not be read");
        more = false;
      }
      for (__u32 i = 0; i < count; ++i) visit(keys[i], values[i]);
    }
    return {};
  }

  [[nodiscard]] std::uint64_t capacity() const noexcept { return capacity_; }

  [[nodiscard]] Failure full() const {
    return failure(Errc::kFull,
                   "kernel map " + name_ + " is full at " + std::to_string(capacity_) + " rows",
                   "raise its capacity under outer_door, then `sallyportd --detach` and start");
  }

  [[nodiscard]] TableUse use(const char* name) const {
    std::uint64_t used = 0;
    (void)for_each([&](const Key&, const Value&) { ++used; });
    return {name, used, capacity_};
  }

 private:
  static constexpr int kTries = 8;
  static constexpr std::size_t kBatch = 4096;

  [[nodiscard]] Failure refused(const char* what) const {
    const int error = errno;
    if (error == E2BIG) return full();
    return system_failure(error, "kernel map " + name_ + " " + what);
  }

  int fd_;
  std::string name_;
  std::uint64_t capacity_;
};

}  // namespace sallyport
