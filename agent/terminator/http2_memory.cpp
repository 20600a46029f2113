// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/http2_memory.hpp"

#include <malloc.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace sallyport {

namespace {

void* take(std::size_t bytes, void*) {
  return std::malloc(bytes);
}

void* take_zeroed(std::size_t count, std::size_t bytes, void*) {
  return std::calloc(count, bytes);
}

void give(void* memory, void*) {
  if (memory == nullptr) return;
  OPENSSL_cleanse(memory, ::malloc_usable_size(memory));
  std::free(memory);
}

// Never in place: where the allocator moves the bytes it would leave the old ones behind.
void* retake(void* memory, std::size_t bytes, void*) {
  void* const larger = std::malloc(bytes);
  if (larger == nullptr || memory == nullptr) return larger;
  std::memcpy(larger, memory, std::min(bytes, ::malloc_usable_size(memory)));
  give(memory, nullptr);
  return larger;
}

}  // namespace

nghttp2_mem* wiping_memory() noexcept {
  static nghttp2_mem memory{nullptr, take, give, take_zeroed, retake};
  return &memory;
}

}  // namespace sallyport
