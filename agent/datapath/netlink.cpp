// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/netlink.hpp"

#include <cerrno>
#include <ctime>
#include <memory>
#include <vector>

namespace sallyport {
namespace {

constexpr std::size_t kAnswerBytes = 32768;  // more than the kernel sends at a time

struct Close {
  void operator()(mnl_socket* socket) const noexcept { mnl_socket_close(socket); }
};

}  // namespace

NetlinkDump::NetlinkDump(int bus, std::uint16_t type, std::uint16_t flags)
    : bus_(bus), request_(mnl_nlmsg_put_header(buffer_.data())) {
  request_->nlmsg_type = type;
  request_->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
  request_->nlmsg_seq = static_cast<std::uint32_t>(std::time(nullptr));
}

int NetlinkDump::ask(mnl_cb_t visit, void* context) {
  const std::unique_ptr<mnl_socket, Close> socket(mnl_socket_open(bus_));
  if (!socket || mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) < 0) return errno;
  const auto sequence = request_->nlmsg_seq;
  if (mnl_socket_sendto(socket.get(), request_, request_->nlmsg_len) < 0) return errno;
  std::vector<char> answer(kAnswerBytes);
  for (;;) {
    const auto length = mnl_socket_recvfrom(socket.get(), answer.data(), answer.size());
    if (length < 0) return errno;
    const int status = mnl_cb_run(answer.data(), static_cast<std::size_t>(length), sequence,
                                  mnl_socket_get_portid(socket.get()), visit, context);
    if (status < MNL_CB_STOP) return errno;
    if (status == MNL_CB_STOP) return 0;
  }
}

}  // namespace sallyport
