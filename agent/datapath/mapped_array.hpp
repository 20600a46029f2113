// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bpf/libbpf.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "agent/base/result.hpp"

namespace sallyport {

/// An array map that user space shares with the kernel.
template <class Row>
class MappedArray {
 public:
  static Result<MappedArray> open(const bpf_map* map) {
    const std::size_t count = bpf_map__max_entries(map);
    void* memory =
        mmap(nullptr, count * sizeof(Row), PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
    if (memory == MAP_FAILED) {
      return system_failure(errno, std::string("mapping ") + bpf_map__name(map));
    }
    return MappedArray(std::span<Row>(static_cast<Row*>(memory), count));
  }

  MappedArray(MappedArray&& other) noexcept : rows_(std::exchange(other.rows_, {})) {}
  MappedArray& operator=(MappedArray&& other) noexcept {
    std::swap(rows_, other.rows_);
    return *this;
  }
  ~MappedArray() {
    if (!rows_.empty()) munmap(rows_.data(), rows_.size_bytes());
  }

  [[nodiscard]] std::span<Row> rows() const noexcept { return rows_; }

 private:
  explicit MappedArray(std::span<Row> rows) noexcept : rows_(rows) {}
  std::span<Row> rows_;
};

}  // namespace sallyport
