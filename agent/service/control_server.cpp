// SPDX-License-Identifier: Apache-2.0
#include "agent/service/control_server.hpp"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <utility>

#include "agent/service/control_service.hpp"
#include "agent/service/control_socket.hpp"
#include "agent/service/peer_acceptor.hpp"

namespace sallyport {
namespace {

constexpr int kMaxRequestBytes = 64 * 1024;
constexpr int kMaxIdleMs = 60'000;  // then a connection is closed
constexpr int kPollers = 2;
constexpr int kMaxThreads = 12;  // of which those who follow events hold one each
constexpr std::chrono::seconds kShutdownGrace{3};

std::unique_ptr<grpc::Server> start(ControlService& service) {
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  builder.RegisterService(&service);
  builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kMaxIdleMs);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MAX_POLLERS, kPollers);
  grpc::ResourceQuota quota;
  quota.SetMaxThreads(kMaxThreads);
  builder.SetResourceQuota(quota);
  return builder.BuildAndStart();
}

}  // namespace

struct ControlServer::Impl {
  Impl(ControlSocket listener, Operations& operations)
      : socket(std::move(listener)), service(operations, peers), server(start(service)) {}

  ControlSocket socket;
  PeerTable peers;
  ControlService service;
  std::unique_ptr<grpc::Server> server;
  std::unique_ptr<PeerAcceptor> acceptor;
};

ControlServer::ControlServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ControlServer::~ControlServer() {
  shutdown();
}

Result<std::unique_ptr<ControlServer>> ControlServer::open(const std::string& socket,
                                                           Operations& operations) {
  auto listener = ControlSocket::open(socket);
  if (!listener) return listener.error();
  auto impl = std::make_unique<Impl>(std::move(*listener), operations);
  if (!impl->server) {
    return failure(Errc::kInternal, "the gRPC server of the control API does not start");
  }
  impl->acceptor = std::make_unique<PeerAcceptor>(impl->socket.fd(), *impl->server, impl->peers);
  return std::unique_ptr<ControlServer>(new ControlServer(std::move(impl)));
}

void ControlServer::shutdown() {
  if (!impl_) return;
  impl_->acceptor->stop();
  impl_->server->Shutdown(std::chrono::system_clock::now() + kShutdownGrace);
  impl_->server->Wait();
  impl_.reset();
}

}  // namespace sallyport
