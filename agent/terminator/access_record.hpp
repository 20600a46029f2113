// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/association/check_code.hpp"
#include "agent/association/key_entry.hpp"
#include "agent/base/address.hpp"

namespace sallyport {

/// One request, told when it is over. It holds no raw key, no query, no cookie and no credentials;
/// views last as long as the call that hands it over.
struct AccessRecord {
  std::uint64_t began_unix_ms = 0;
  std::uint64_t duration_us = 0;
  std::uint64_t upstream_us = 0;  // until the head of the response; 0: the upstream did not answer
  std::string_view service;
  Address source;
  std::string_view protocol;  // "HTTP/1.1"
  std::string_view method;    // empty: the head could not be read
  std::string_view host;
  std::string_view path;        // cut at kMaxLoggedText
  std::string_view user_agent;  // likewise
  unsigned status = 0;          // 0: the client was told none
  CheckCode code = CheckCode::kAllowed;
  const KeyEntry* key = nullptr;  // null: none that is known
  std::uint64_t bytes_in = 0;     // head and body
  std::uint64_t bytes_out = 0;
  bool is_whole = false;  // the client had all of the response
};

/// Hears of every request. Called on the workers' threads; never waits.
class AccessSink {
 public:
  virtual void record(unsigned worker, const AccessRecord& record) noexcept = 0;
  /// Whether it wants to hear of the request that begins now; a request of which it does not costs
  /// no reading of the clock.
  [[nodiscard]] virtual bool listens() const noexcept { return true; }
  /// Whether method, host, path and user agent are to be kept for it; else they are empty.
  [[nodiscard]] virtual bool reads_texts() const noexcept { return true; }

 protected:
  ~AccessSink() = default;
};

}  // namespace sallyport
