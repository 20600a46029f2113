// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <optional>
#include <utility>

#include "agent/terminator/frame_pool.hpp"

namespace sallyport {

namespace detail {

/// A step that ends without ever waiting costs its caller no suspension: `await_suspend` runs it
/// and sees that it is done. So the stack is as deep as steps are nested, whatever the compiler
/// makes of symmetric transfer.
struct PromiseBase {
  std::coroutine_handle<> continuation;
  bool is_awaited = false;  // its caller has suspended and waits for it

  struct Final {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
      if (ended.promise().is_awaited) ended.promise().continuation.resume();
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  Final final_suspend() const noexcept { return {}; }
  // Steps return their failures; what is thrown in one (no memory) ends the process.
  [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }

  static void* operator new(std::size_t bytes) { return take_frame(bytes); }
  static void operator delete(void* frame, std::size_t bytes) noexcept { give_frame(frame, bytes); }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;
  void return_value(T result) noexcept { value = std::move(result); }
  T take() noexcept { return std::move(*value); }
};

template <>
struct Promise<void> : PromiseBase {
  void return_void() const noexcept {}
  void take() const noexcept {}
};

}  // namespace detail

/// A step of a connection's life: begins when awaited, is awaited once, on one thread.
///
/// g++ 12.2 lays a frame out wrongly, so that its handle is 8 bytes off, where one function awaits
/// both in a condition and in `co_return co_await …`; nobody knows where else. So: `const X x =
/// co_await …;` as a statement of its own, with arguments that are no temporaries. The check
/// below sees it, in every build.
template <class T>
class [[nodiscard]] Task {
 public:
  struct promise_type : detail::Promise<T> {
    Task get_return_object() noexcept {
      const auto step = std::coroutine_handle<promise_type>::from_promise(*this);
      if (reinterpret_cast<std::uintptr_t>(step.address()) % kFrameAlignment != 0) std::abort();
      return Task(step);
    }
  };

  Task(Task&& other) noexcept : step_(std::exchange(other.step_, nullptr)) {}
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (step_) step_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> caller) noexcept {
    auto& promise = step_.promise();
    promise.continuation = caller;
    step_.resume();
    if (step_.done()) return false;
    promise.is_awaited = true;
    return true;
  }
  T await_resume() noexcept { return step_.promise().take(); }

 private:
  explicit Task(std::coroutine_handle<promise_type> step) noexcept : step_(step) {}

  std::coroutine_handle<promise_type> step_;
};

/// The outermost coroutine: runs at once, frees itself at its end.
struct Detached {
  struct promise_type {
    Detached get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
    static void* operator new(std::size_t bytes) { return take_frame(bytes); }
    static void operator delete(void* frame, std::size_t bytes) noexcept {
      give_frame(frame, bytes);
    }
  };
};

}  // namespace sallyport
