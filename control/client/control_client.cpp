// SPDX-License-Identifier: Apache-2.0
#include "control/client/control_client.hpp"

#include <grpcpp/grpcpp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "agent/base/unique_fd.hpp"
#include "control/proto/bounds.hpp"

namespace sallyport {
namespace {

Errc code_of(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::INVALID_ARGUMENT:
      return Errc::kInvalid;
    case grpc::StatusCode::NOT_FOUND:
      return Errc::kNotFound;
    case grpc::StatusCode::ALREADY_EXISTS:
      return Errc::kExists;
    case grpc::StatusCode::FAILED_PRECONDITION:
      return Errc::kConflict;
    case grpc::StatusCode::PERMISSION_DENIED:
      return Errc::kDenied;
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return Errc::kFull;
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return Errc::kUnavailable;
    default:
      return Errc::kInternal;
  }
}

std::optional<std::string> metadata_of(const grpc::ClientContext& context, const char* name) {
  const auto& metadata = context.GetServerTrailingMetadata();
  const auto found = metadata.find(name);
  if (found == metadata.end()) return std::nullopt;
  return std::string(found->second.data(), found->second.size());
}

Failure unreachable(const std::string& socket, int error) {
  Failure why = system_failure(error, "cannot reach the agent at " + socket);
  why.code = Errc::kUnavailable;
  why.remedy = error == EACCES || error == EPERM
                   ? "you need write access to the socket: run as root or as a member of its group"
                   : "is sallyportd running? see: systemctl status sallyportd";
  return why;
}

}  // namespace

ControlClient::ControlClient(std::string socket, std::chrono::milliseconds timeout)
    : socket_(std::move(socket)),
      timeout_(timeout),
      stub_(control::v1::Control::NewStub(
          grpc::CreateChannel("unix:" + socket_, grpc::InsecureChannelCredentials()))) {}

Result<void> ControlClient::prepare(const google::protobuf::Message& request) const {
  if (auto wrong = out_of_bounds(request)) return failure(Errc::kInvalid, std::move(*wrong));
  return find_agent();
}

Result<void> ControlClient::find_agent() const {
  sockaddr_un address{};
  if (socket_.empty() || socket_.size() >= sizeof address.sun_path) {
    return failure(Errc::kInvalid,
                   socket_.empty() ? "the socket's path is empty"
                                   : "the socket's path is too long: " + socket_,
                   "use 1 to 107 bytes");
  }
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const bool connected =
      connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  // EAGAIN: too many wait there already. The call itself waits, as long as it may.
  if (connected || errno == EAGAIN) return {};
  return unreachable(socket_, errno);
}

void ControlClient::begin(grpc::ClientContext& context) const {
  context.set_deadline(std::chrono::system_clock::now() + timeout_);
}

bool ControlClient::begun(const grpc::ClientContext& context) {
  return context.GetServerInitialMetadata().contains("sallyport-agent");
}

Failure ControlClient::failure_of(const grpc::ClientContext& context,
                                  const grpc::Status& status) const {
  if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
    return failure(Errc::kUnavailable,
                   "the agent at " + socket_ + " did not answer within " +
                       std::to_string(timeout_.count()) + " ms",
                   "the change may have been made: look before you repeat it");
  }
  if (!metadata_of(context, "sallyport-agent")) {
    return failure(
        Errc::kUnavailable,
        "the agent at " + socket_ + " broke off before it had answered: " + status.error_message(),
        "the change may have been made: look before you repeat it");
  }
  return failure(code_of(status.error_code()), status.error_message(),
                 metadata_of(context, "sallyport-remedy").value_or(""));
}

}  // namespace sallyport
