// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/frame_pool.hpp"

#include <array>
#include <new>

namespace sallyport {

namespace {

constexpr std::size_t kGrain = 128;  // bytes; frames of one class differ by less
constexpr std::size_t kClasses = 16;
constexpr std::size_t kMostKept = 256;  // a class

struct Free {
  Free* next;
};

struct Shelf {
  Free* first = nullptr;
  std::size_t kept = 0;
};

struct Shelves {
  std::array<Shelf, kClasses> by_class;

  ~Shelves() {
    for (auto& shelf : by_class) {
      while (shelf.first != nullptr) {
        Free* const frame = shelf.first;
        shelf.first = frame->next;
        ::operator delete(frame);
      }
    }
  }
};

thread_local Shelves shelves;

constexpr std::size_t class_of(std::size_t bytes) noexcept {
  return (bytes + kGrain - 1) / kGrain;
}

// Sanitizers see the life of each frame only where each is an allocation of its own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kKeepsFrames = false;
#else
constexpr bool kKeepsFrames = true;
#endif

}  // namespace

void* take_frame(std::size_t bytes) {
  const std::size_t size_class = class_of(bytes);
  if (!kKeepsFrames || size_class >= kClasses) return ::operator new(bytes);
  Shelf& shelf = shelves.by_class[size_class];
  if (shelf.first == nullptr) return ::operator new(size_class* kGrain);
  Free* const frame = shelf.first;
  shelf.first = frame->next;
  --shelf.kept;
  return frame;
}

void give_frame(void* frame, std::size_t bytes) noexcept {
  const std::size_t size_class = class_of(bytes);
  if (!kKeepsFrames || size_class >= kClasses || shelves.by_class[size_class].kept >= kMostKept) {
    ::operator delete(frame);
    return;
  }
  Shelf& shelf = shelves.by_class[size_class];
  shelf.first = new (frame) Free{shelf.first};
  ++shelf.kept;
}

}  // namespace sallyport
