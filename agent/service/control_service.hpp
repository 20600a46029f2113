// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sallyport/control/v1/control.grpc.pb.h>

#include <atomic>

#include "agent/service/operations.hpp"
#include "agent/service/peer_acceptor.hpp"

namespace sallyport {

/// The control API on top of `Operations`: checks sizes, converts, nothing else. Every text and
/// time of a request is within its bounds before anything looks at it. Runs on gRPC's threads.
class ControlService final : public control::v1::Control::Service {
 public:
  /// Both must outlive the service.
  ControlService(Operations& operations, const PeerTable& peers)
      : operations_(operations), peers_(peers) {}

  using Context = grpc::ServerContext;
  using Status = grpc::Status;
  template <class T>
  using Writer = grpc::ServerWriter<T>;

  Status CreateTenant(Context* context, const control::v1::CreateTenantRequest* request,
                      control::v1::Receipt* response) override;
  Status ListTenants(Context* context, const control::v1::ListTenantsRequest* request,
                     Writer<control::v1::Tenant>* writer) override;
  Status CreateUser(Context* context, const control::v1::CreateUserRequest* request,
                    control::v1::Receipt* response) override;
  Status ListUsers(Context* context, const control::v1::ListUsersRequest* request,
                   Writer<control::v1::User>* writer) override;
  Status SetTenantState(Context* context, const control::v1::SetTenantStateRequest* request,
                        control::v1::Receipt* response) override;
  Status SetUserState(Context* context, const control::v1::SetUserStateRequest* request,
                      control::v1::Receipt* response) override;
  Status RemoveUser(Context* context, const control::v1::RemoveUserRequest* request,
                    control::v1::Receipt* response) override;
  Status CreateKey(Context* context, const control::v1::CreateKeyRequest* request,
                   control::v1::CreateKeyResponse* response) override;
  Status ListKeys(Context* context, const control::v1::ListKeysRequest* request,
                  Writer<control::v1::Key>* writer) override;
  Status GetKey(Context* context, const control::v1::GetKeyRequest* request,
                control::v1::Key* response) override;
  Status RevokeKey(Context* context, const control::v1::RevokeKeyRequest* request,
                   control::v1::Receipt* response) override;
  Status SetKeyState(Context* context, const control::v1::SetKeyStateRequest* request,
                     control::v1::Receipt* response) override;
  Status UpdateKey(Context* context, const control::v1::UpdateKeyRequest* request,
                   control::v1::Receipt* response) override;
  Status TransferKey(Context* context, const control::v1::TransferKeyRequest* request,
                     control::v1::Receipt* response) override;
  Status ReportLeak(Context* context, const control::v1::ReportLeakRequest* request,
                    control::v1::ReportLeakResponse* response) override;
  Status RotateKey(Context* context, const control::v1::RotateKeyRequest* request,
                   control::v1::CreateKeyResponse* response) override;
  Status Import(Context* context, grpc::ServerReader<control::v1::ImportPart>* reader,
                control::v1::ImportAnswer* response) override;
  Status AddBan(Context* context, const control::v1::AddBanRequest* request,
                control::v1::Receipt* response) override;
  Status RemoveBan(Context* context, const control::v1::RemoveBanRequest* request,
                   control::v1::Receipt* response) override;
  Status ListBans(Context* context, const control::v1::ListBansRequest* request,
                  Writer<control::v1::Ban>* writer) override;
  Status PutCidr(Context* context, const control::v1::Cidr* request,
                 control::v1::Receipt* response) override;
  Status RemoveCidr(Context* context, const control::v1::RemoveCidrRequest* request,
                    control::v1::Receipt* response) override;
  Status ReplaceCidrs(Context* context, grpc::ServerReader<control::v1::CidrPart>* reader,
                      control::v1::Receipt* response) override;
  Status ListCidrs(Context* context, const control::v1::ListCidrsRequest* request,
                   Writer<control::v1::Cidr>* writer) override;
  Status GetStatus(Context* context, const control::v1::GetStatusRequest* request,
                   control::v1::Status* response) override;
  Status GetCounters(Context* context, const control::v1::GetCountersRequest* request,
                     control::v1::Counters* response) override;
  Status GetTop(Context* context, const control::v1::GetTopRequest* request,
                control::v1::Top* response) override;
  Status SetMode(Context* context, const control::v1::SetModeRequest* request,
                 control::v1::Receipt* response) override;
  Status WatchEvents(Context* context, const control::v1::WatchEventsRequest* request,
                     Writer<control::v1::Event>* writer) override;
  Status Backup(Context* context, const control::v1::BackupRequest* request,
                Writer<control::v1::BackupPart>* writer) override;
  Status Explain(Context* context, const control::v1::ExplainRequest* request,
                 control::v1::Explanation* response) override;

  Status WatchChanges(Context* context, const control::v1::WatchChangesRequest* request,
                      Writer<control::v1::Change>* writer) override;
  Status ListAudit(Context* context, const control::v1::ListAuditRequest* request,
                   Writer<control::v1::AuditRecord>* writer) override;
  Status VerifyAudit(Context* context, const control::v1::VerifyAuditRequest* request,
                     control::v1::AuditVerdict* response) override;

 private:
  [[nodiscard]] Actor actor_of(const Context& context) const;

  Operations& operations_;
  const PeerTable& peers_;
  std::atomic<bool> importing_{false};
  std::atomic<bool> copying_{false};
  std::atomic<int> followers_{0};  // of changes; each holds a thread
};

}  // namespace sallyport
