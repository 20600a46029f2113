// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "agent/http/request_head.hpp"
#include "agent/http/response_head.hpp"
#include "agent/terminator/access.hpp"
#include "agent/terminator/body_cursor.hpp"
#include "agent/terminator/buffer.hpp"

namespace sallyport {

/// What is remembered of one request while it is served. Large, so lent for that time alone.
struct Exchange {
  explicit Exchange(BlockPool& blocks) : from_upstream(blocks) {}

  RequestHead request;         // views into the session's buffer, until its head is consumed
  std::size_t head_bytes = 0;  // of the request
  std::size_t kept_bytes = 0;  // at the front of the session's buffer: served, not consumed yet
  bool is_head_request = false;
  BodyCursor request_body;   // past what was consumed or kept
  std::string_view upgrade;  // what the upstream is asked to switch to, as the configuration has it
  ResponseHead response;     // views into from_upstream
  Buffer from_upstream;
  AccessFacts access;

  void begin() {
    head_bytes = kept_bytes = 0;
    is_head_request = false;
    request_body = {};
    upgrade = {};
    from_upstream.clear();
    access.clear();
  }
};

/// A worker's exchanges, the last used first.
class ExchangePool {
 public:
  explicit ExchangePool(BlockPool& blocks) : blocks_(blocks) {}

  class Loan {
   public:
    explicit Loan(ExchangePool& pool) : pool_(pool), exchange_(pool.take()) {}
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    ~Loan() { pool_.give(std::move(exchange_)); }
    Exchange& operator*() const noexcept { return *exchange_; }

   private:
    ExchangePool& pool_;
    std::unique_ptr<Exchange> exchange_;
  };

 private:
  static constexpr std::size_t kMostKept = 256;

  std::unique_ptr<Exchange> take() {
    if (free_.empty()) return std::make_unique<Exchange>(blocks_);
    auto exchange = std::move(free_.back());
    free_.pop_back();
    return exchange;
  }
  void give(std::unique_ptr<Exchange> exchange) {
    exchange->begin();
    if (free_.size() < kMostKept) free_.push_back(std::move(exchange));
  }

  BlockPool& blocks_;
  std::vector<std::unique_ptr<Exchange>> free_;
};

}  // namespace sallyport
