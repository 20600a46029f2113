// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/config/config.hpp"
#include "agent/telemetry/top_table.hpp"
#include "agent/terminator/access_record.hpp"

namespace sallyport {

/// Who asks most, for as long as somebody looks: without a look a request costs the workers one
/// load.
///
/// Thread safety: `record` on the workers' threads, `Look` on any; each worker has tables of its
/// own, whose lock only the end of a look contends for.
class TopBoard final : public AccessSink {
 public:
  static constexpr std::size_t kMostLooks = 4;  // at a time

  struct Service {
    std::uint64_t requests = 0;
    std::uint64_t refused = 0;
    std::uint64_t failed = 0;
    std::uint64_t answers = 0;
    std::uint64_t upstream_us = 0;  // the sum
    std::uint64_t upstream_most_us = 0;
  };
  using Keys = TopTable<const KeyEntry*>;
  using Sources = TopTable<Address>;
  struct Seen {
    std::vector<Keys::Row> keys;
    std::vector<Sources::Row> sources;
    std::vector<Service> services;  // as configured
  };

  /// Counts while it lives.
  class Look {
   public:
    explicit Look(TopBoard& board, std::size_t place) noexcept : board_(&board), place_(place) {}
    Look(Look&& other) noexcept
        : board_(std::exchange(other.board_, nullptr)), place_(other.place_) {}
    Look& operator=(Look&&) = delete;
    ~Look() {
      if (board_ != nullptr) board_->end(place_);
    }
    /// What was seen until now.
    [[nodiscard]] Seen seen() const { return board_->read(place_); }

   private:
    TopBoard* board_;
    std::size_t place_;
  };

  /// `next`, which may be null and must outlive it, hears of every request too.
  TopBoard(const std::vector<ServiceConfig>& services, unsigned workers, AccessSink* next);

  /// kFull: too many look already.
  [[nodiscard]] Result<Look> look();

  void record(unsigned worker, const AccessRecord& record) noexcept override;
  [[nodiscard]] bool reads_texts() const noexcept override {
    return next_ != nullptr && next_->reads_texts();
  }
  [[nodiscard]] bool listens() const noexcept override {
    return looks_.load(std::memory_order_relaxed) != 0 || (next_ != nullptr && next_->listens());
  }

 private:
  struct Tables {
    Keys keys;
    Sources sources;
    std::vector<Service> services;
  };
  struct Worker {
    std::mutex lock;
    std::array<std::unique_ptr<Tables>, kMostLooks> looks;  // under lock
  };

  void end(std::size_t place) noexcept;
  [[nodiscard]] Seen read(std::size_t place);

  std::vector<std::string> names_;  // of the services
  std::deque<Worker> workers_;
  AccessSink* const next_;
  std::mutex lock_;                 // of who begins or ends a look
  std::atomic<unsigned> looks_{0};  // a bit each
};

}  // namespace sallyport
