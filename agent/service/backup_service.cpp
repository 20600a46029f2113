// SPDX-License-Identifier: Apache-2.0
// The store's copy, on its way to the caller.
#include <unistd.h>

#include <cerrno>
#include <string>

#include "agent/service/answers.hpp"
#include "agent/service/control_service.hpp"

namespace sallyport {

grpc::Status ControlService::Backup(Context* context, const control::v1::BackupRequest* request,
                                    Writer<control::v1::BackupPart>* writer) {
  return checked(context, *request, [&] {
    if (copying_.exchange(true)) {
      return refuse(context, failure(Errc::kFull, "another backup is running", "wait for its end"));
    }
    auto backup = operations_.back_up(actor_of(*context));
    copying_ = false;
    if (!backup) return refuse(context, backup.error());
    constexpr std::size_t kPartBytes = std::size_t{1} << 18;
    control::v1::BackupPart part;
    std::uint64_t size = 0;
    for (;;) {
      auto& data = *part.mutable_data();
      data.resize(kPartBytes);
      const ssize_t got = ::read(backup->file.get(), data.data(), data.size());
      if (got < 0) return refuse(context, system_failure(errno, "cannot read the copy"));
      if (got == 0) break;
      data.resize(static_cast<std::size_t>(got));
      size += data.size();
      if (!writer->Write(part)) return grpc::Status::OK;  // the caller has gone
    }
    part.clear_data();
    part.set_is_last(true);
    part.set_size(size);
    part.set_revision(backup->revision);
    part.set_head(head_text(backup->head));
    writer->Write(part);
    return grpc::Status::OK;
  });
}

}  // namespace sallyport
