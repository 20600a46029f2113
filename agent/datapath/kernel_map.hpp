// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cerrno>
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

  Result<void> erase(const Key& key) {
    for (int attempt = 0; attempt < kTries; ++attempt) {
      if (bpf_map_delete_elem(fd_, &key) == 0 || errno == ENOENT) return {};
      if (errno != EBUSY) break;
    }
    return refused("did not let go of a row");
  }

  /// Every row, in batches, or one by one where the kernel has no batches for this type.
  template <class Visit>
  Result<void> for_each(Visit&& visit) const {
    Key key;
    const Key* previous = nullptr;
    Key last;
    while (bpf_map_get_next_key(fd_, previous, &key) == 0) {
      Value value;
      if (bpf_map_lookup_elem(fd_, &key, &value) == 0) visit(key, value);
      last = key;
      previous = &last;
    }
    if (errno != ENOENT) return refused("could not be read");
    return {};
  }

  [[nodiscard]] TableUse use(const char* name) const {
    std::uint64_t used = 0;
    (void)for_each([&](const Key&, const Value&) { ++used; });
    return {name, used, capacity_};
  }

 private:
  static constexpr int kTries = 8;

  [[nodiscard]] Failure refused(const char* what) const {
    const int error = errno;
    if (error == E2BIG) {
      return failure(Errc::kFull,
                     "kernel map " + name_ + " is full at " + std::to_string(capacity_) + " rows",
                     "raise its capacity under outer_door, then `sallyportd --detach` and start");
    }
    return system_failure(error, "kernel map " + name_ + " " + what);
  }

  int fd_;
  std::string name_;
  std::uint64_t capacity_;
};

}  // namespace sallyport
