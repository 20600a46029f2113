// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "agent/base/unique_fd.hpp"
#include "control/cli/command_groups.hpp"
#include "control/cli/output.hpp"
#include "control/client/control_client.hpp"

namespace sallyport {
namespace {

using Kind = Parameter::Kind;
using Stub = ControlClient::Stub;
using control::v1::BackupPart;

Failure unwritten(const std::string& file, int error) {
  auto why = system_failure(error, "cannot write the backup " + file,
                            "its directory must exist, be writable and have room");
  why.code = Errc::kUnavailable;
  return why;
}

/// A file of its own beside `file`, which becomes it once it is whole; else it goes.
class Draft {
 public:
  explicit Draft(std::string file)
      : file_(std::move(file)), name_(file_ + ".XXXXXX"), fd_(::mkstemp(name_.data())) {}
  ~Draft() {
    if (fd_ && !is_kept_) ::unlink(name_.c_str());
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(fd_); }

  bool write(std::string_view data) {
    while (!data.empty()) {
      const ssize_t put = ::write(fd_.get(), data.data(), data.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return false;
      data.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
  }

  bool keep() {
    if (::fsync(fd_.get()) != 0 || ::rename(name_.c_str(), file_.c_str()) != 0) return false;
    is_kept_ = true;
    const auto directory = std::filesystem::path(file_).parent_path();
    const UniqueFd fd(::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_CLOEXEC));
    return fd && ::fsync(fd.get()) == 0;
  }

 private:
  const std::string file_;
  std::string name_;
  UniqueFd fd_;
  bool is_kept_ = false;
};

Result<int> run(const Invocation& invocation, ControlClient& client, Output& output) {
  const std::string& file = invocation.value("FILE");
  Draft draft(file);
  if (!draft.is_open()) return unwritten(file, errno);
  client.be_patient();
  std::uint64_t size = 0;
  int error = 0;
  BackupPart last;
  auto listed =
      client.list(&Stub::Backup, control::v1::BackupRequest(), [&](const BackupPart& part) {
        size += part.data().size();
        if (error == 0 && !draft.write(part.data())) error = errno;
        if (part.is_last()) last = part;
      });
  if (!listed) return listed.error();
  if (error != 0) return unwritten(file, error);
  if (!last.is_last() || last.size() != size) {
    return failure(Errc::kUnavailable, "the backup broke off before its end", "make it again");
  }
  if (!draft.keep()) return unwritten(file, errno);
  if (output.is_json()) {
    auto value = to_json(last);
    value.as_object().erase("data");
    value.as_object().erase("is_last");
    value.as_object().emplace("file", file);
    output.json(value);
    return kDone;
  }
  output.line("backed up the registry to " + file + ", " + std::to_string(size) + " bytes");
  output.line("  revision     " + std::to_string(last.revision()));
  output.line("  audit head   " + last.head());
  return kDone;
}

}  // namespace

Command backup_command() {
  return {"backup",
          "copy the registry into a file while the agent goes on",
          "The file is of one moment, readable for its owner alone, and there only when it is "
          "whole; a former one of that name is replaced then. It has no raw key in it, but every "
          "key's SHA-256 and the audit log. `sallyportd --restore FILE` puts it back, and "
          "`sallyportd --check-store FILE` looks through it: both open a store themselves, which "
          "only one process may, and so belong to the agent's program.",
          {{Kind::kPositional, "FILE", "", "where to write it"}},
          run};
}

}  // namespace sallyport
