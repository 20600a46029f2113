// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "agent/association/checks.hpp"
#include "agent/config/config.hpp"
#include "agent/http/request_head.hpp"

namespace sallyport {

/// Reads from a request what the association checks want to know, and asks them. Pure.
class RequestGate {
 public:
  /// `service` must outlive the gate.
  explicit RequestGate(const ServiceConfig& service);

  [[nodiscard]] Association judge(const RequestHead& request, const KeyIndex& index,
                                  UnixSeconds now) const noexcept;

  /// Names of fields that the upstream must not see.
  [[nodiscard]] std::span<const std::string_view> key_headers() const noexcept {
    return key_headers_;
  }

 private:
  std::vector<std::string_view> key_headers_;
  std::string_view claimed_user_header_;
};

}  // namespace sallyport
