// SPDX-License-Identifier: Apache-2.0
#include "control/client/control_client.hpp"

#include <grpcpp/grpcpp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "agent/base/unique_fd.hpp"

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

std::string remedy_of(const grpc::ClientContext& context) {
  const auto& metadata = context.GetServerTrailingMetadata();
  const auto found = metadata.find("sallyport-remedy");
  if (found == metadata.end()) return {};
  return {found->second.data(), found->second.size()};
}

}  // namespace

ControlClient::ControlClient(std::string socket, std::chrono::milliseconds timeout)
    : socket_(std::move(socket)),
      timeout_(timeout),
      stub_(control::v1::Control::NewStub(
          grpc::CreateChannel("unix:" + socket_, grpc::InsecureChannelCredentials()))) {}

Result<void> ControlClient::list_keys(const control::v1::ListKeysRequest& request,
                                      const std::function<void(const control::v1::Key&)>& visit) {
  if (auto there = check_socket(); !there) return there;
  grpc::ClientContext context;
  begin(context);
  auto reader = stub_->ListKeys(&context, request);
  control::v1::Key key;
  while (reader->Read(&key)) visit(key);
  const grpc::Status status = reader->Finish();
  if (!status.ok()) return failure_of(context, status);
  return {};
}

Result<void> ControlClient::check_socket() const {
  sockaddr_un address{};
  if (socket_.size() >= sizeof address.sun_path) {
    return failure(Errc::kUnavailable, "socket path is too long: " + socket_);
  }
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    return {};
  }
  const int error = errno;
  Failure why = system_failure(error, "cannot reach the agent at " + socket_);
  why.code = Errc::kUnavailable;
  why.remedy = error == EACCES || error == EPERM
                   ? "you need write access to the socket: run as root or as a member of its group"
                   : "is sallyportd running? see: systemctl status sallyportd";
  return why;
}

void ControlClient::begin(grpc::ClientContext& context) const {
  context.set_deadline(std::chrono::system_clock::now() + timeout_);
}

Failure ControlClient::failure_of(const grpc::ClientContext& context,
                                  const grpc::Status& status) const {
  if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
    return failure(Errc::kUnavailable,
                   "the agent at " + socket_ + " did not answer within " +
                       std::to_string(timeout_.count()) + " ms",
                   "the change may have been made: look before you repeat it");
  }
  return failure(code_of(status.error_code()), status.error_message(), remedy_of(context));
}

}  // namespace sallyport
