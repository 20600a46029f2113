// SPDX-License-Identifier: Apache-2.0
#include "agent/service/control_server.hpp"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <utility>

#include "agent/base/unique_fd.hpp"
#include "agent/service/control_service.hpp"

namespace sallyport {
namespace {

constexpr int kMaxRequestBytes = 64 * 1024;
constexpr std::chrono::seconds kShutdownGrace{3};

sockaddr_un address_of(const std::string& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket.data(), socket.size());
  return address;
}

/// Whether somebody answers on the socket.
bool is_served(const std::string& socket) {
  const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = address_of(socket);
  return connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

Result<void> make_directory(const std::string& socket) {
  const auto directory = std::filesystem::path(socket).parent_path();
  std::error_code error;
  if (directory.empty() || std::filesystem::exists(directory, error)) return {};
  std::filesystem::create_directories(directory, error);
  if (error) return system_failure(error.value(), "making " + directory.string());
  chmod(directory.c_str(), 0750);
  return {};
}

Result<void> prepare(const std::string& socket) {
  if (socket.size() >= sizeof(sockaddr_un::sun_path)) {
    return failure(Errc::kInvalid, "control socket path is too long: " + socket,
                   "use at most 107 bytes");
  }
  if (auto made = make_directory(socket); !made) return made;
  struct stat info {};
  if (lstat(socket.c_str(), &info) != 0) return {};
  if (!S_ISSOCK(info.st_mode)) {
    return failure(Errc::kExists, "control socket path is a file: " + socket,
                   "name another path as control.socket");
  }
  if (is_served(socket)) {
    return failure(Errc::kConflict, "another agent is listening at " + socket,
                   "stop it, or name another path as control.socket");
  }
  if (unlink(socket.c_str()) != 0) return system_failure(errno, "removing stale " + socket);
  return {};
}

}  // namespace

struct ControlServer::Impl {
  explicit Impl(Operations& operations) : service(operations) {}

  ControlService service;
  std::unique_ptr<grpc::Server> server;
  std::string socket;
};

ControlServer::ControlServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ControlServer::~ControlServer() {
  shutdown();
}

Result<std::unique_ptr<ControlServer>> ControlServer::open(const std::string& socket,
                                                           Operations& operations) {
  if (auto ready = prepare(socket); !ready) return ready.error();
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();

  auto impl = std::make_unique<Impl>(operations);
  impl->socket = socket;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("unix:" + socket, grpc::InsecureServerCredentials());
  builder.RegisterService(&impl->service);
  builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MAX_POLLERS, 2);
  grpc::ResourceQuota quota;
  quota.SetMaxThreads(8);
  builder.SetResourceQuota(quota);

  const mode_t before = umask(0117);  // the socket is 0660 from the moment it is there
  impl->server = builder.BuildAndStart();
  umask(before);
  if (!impl->server) {
    return failure(Errc::kUnavailable, "cannot listen on the control socket " + socket,
                   "its directory must be writable for the agent's user");
  }
  return std::unique_ptr<ControlServer>(new ControlServer(std::move(impl)));
}

void ControlServer::shutdown() {
  if (!impl_->server) return;
  impl_->server->Shutdown(std::chrono::system_clock::now() + kShutdownGrace);
  impl_->server->Wait();
  impl_->server.reset();
  unlink(impl_->socket.c_str());
}

}  // namespace sallyport
