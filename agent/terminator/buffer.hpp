// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace sallyport {

/// Blocks of one size for one worker, the last used first.
class BlockPool {
 public:
  explicit BlockPool(std::size_t block_bytes) : block_bytes_(block_bytes) {}

  [[nodiscard]] std::size_t block_bytes() const noexcept { return block_bytes_; }

  [[nodiscard]] std::unique_ptr<char[]> take() {
    if (free_.empty()) return std::unique_ptr<char[]>(new char[block_bytes_]);
    auto block = std::move(free_.back());
    free_.pop_back();
    return block;
  }
  /// Wipes the first `used` bytes: they may have held a raw key, which must not lie about in
  /// memory that others get.
  void give(std::unique_ptr<char[]> block, std::size_t used) {
    OPENSSL_cleanse(block.get(), used);
    if (free_.size() < kMostKept) free_.push_back(std::move(block));
  }

 private:
  static constexpr std::size_t kMostKept = 256;

  std::size_t block_bytes_;
  std::vector<std::unique_ptr<char[]>> free_;
};

/// Bytes that came and were not used yet, in one block; holds none while it is empty, so that an
/// idle connection costs none.
class Buffer {
 public:
  explicit Buffer(BlockPool& pool) noexcept : pool_(pool) {}
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { clear(); }

  [[nodiscard]] std::string_view view() const noexcept {
    return {block_.get() + begin_, end_ - begin_};
  }
  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
  [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }

  /// Room to read into; moves what is there to the front when the room behind it is short (views
  /// into it end). Empty when the block is full.
  [[nodiscard]] std::span<char> room() {
    if (!block_) block_ = pool_.take();
    if (begin_ > 0 && pool_.block_bytes() - end_ < pool_.block_bytes() / 2) {
      std::memmove(block_.get(), block_.get() + begin_, size());
      end_ -= std::exchange(begin_, 0);
    }
    return {block_.get() + end_, pool_.block_bytes() - end_};
  }
  void grow(std::size_t bytes) noexcept {
    end_ += bytes;
    used_ = std::max(used_, end_);
  }

  void consume(std::size_t bytes) noexcept {
    begin_ += bytes;
    if (begin_ == end_) begin_ = end_ = 0;
  }

  /// Gives the block back if nothing is in it.
  void release() {
    if (block_ && empty()) clear();
  }
  void clear() {
    if (block_) pool_.give(std::move(block_), used_);
    begin_ = end_ = used_ = 0;
  }

 private:
  BlockPool& pool_;
  std::unique_ptr<char[]> block_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t used_ = 0;  // bytes of the block that ever held something
};

}  // namespace sallyport
