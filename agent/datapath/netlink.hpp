// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libmnl/libmnl.h>

#include <array>
#include <cstdint>

namespace sallyport {

/// One question to the kernel by netlink, and what it answers.
class NetlinkDump {
 public:
  /// `flags` beside NLM_F_REQUEST.
  NetlinkDump(int bus, std::uint16_t type, std::uint16_t flags);
  NetlinkDump(const NetlinkDump&) = delete;
  NetlinkDump& operator=(const NetlinkDump&) = delete;

  /// The fixed part behind the header, zeroed. Once, before attributes.
  template <class Extra>
  Extra& extra() {
    return *static_cast<Extra*>(mnl_nlmsg_put_extra_header(request_, sizeof(Extra)));
  }
  [[nodiscard]] nlmsghdr* request() noexcept { return request_; }

  /// Calls `visit` for each message of the answer; 0, or an errno.
  int ask(mnl_cb_t visit, void* context);

 private:
  int bus_;
  alignas(nlmsghdr) std::array<char, 4096> buffer_{};
  nlmsghdr* request_;
};

}  // namespace sallyport
