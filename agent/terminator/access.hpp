// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/terminator/access_record.hpp"

namespace sallyport {

class Session;
struct Exchange;
struct Judgement;

/// What the access log is to know of a request while it is served. The texts are copies, since the
/// bytes of a head go when the body needs their place.
struct AccessFacts {
  std::uint64_t began_ns = 0;  // 0: nobody asks for it
  std::uint64_t began_unix_ms = 0;
  std::uint64_t upstream_us = 0;
  std::string texts;  // method, host, path and user agent, one behind the other
  std::size_t ends[4] = {};
  unsigned status = 0;
  CheckCode code = CheckCode::kAllowed;
  const KeyEntry* key = nullptr;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  bool is_whole = false;

  void clear() noexcept;
  /// The upstream has answered.
  void on_response(unsigned answered_status) noexcept;
};

/// No more of a path or a user agent is logged.
constexpr std::size_t kMaxLoggedText = 1024;

// Each does nothing where there is no access log.

/// The head of the request has been read, or could not be.
void begin_access(Session& carrier, Exchange& exchange);
void note_judgement(Exchange& exchange, const Judgement& judgement) noexcept;
/// It was answered by ourselves.
void note_answer(Exchange& exchange, unsigned status) noexcept;
/// The request is over: hands it to the log.
void end_access(Session& carrier, Exchange& exchange) noexcept;

/// Ends the access when it goes.
class AccessGuard {
 public:
  AccessGuard(Session& carrier, Exchange& exchange) noexcept
      : carrier_(carrier), exchange_(exchange) {}
  AccessGuard(const AccessGuard&) = delete;
  AccessGuard& operator=(const AccessGuard&) = delete;
  ~AccessGuard() { end_access(carrier_, exchange_); }

 private:
  Session& carrier_;
  Exchange& exchange_;
};

}  // namespace sallyport
