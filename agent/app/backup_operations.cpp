// SPDX-License-Identifier: Apache-2.0
// A copy of the store while the agent goes on.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "agent/app/on_strand.hpp"

namespace sallyport {

// Step by step, so that a revocation waits for one step at most. The copy has no name any more when
// it is handed out: it goes with whoever holds it.
Result<Backup> AgentOperations::back_up(const Actor& actor) {
  const std::string file = parts_.config.store_file + ".copy";
  ::unlink(file.c_str());  // of an agent that was killed
  std::unique_ptr<StoreCopy> copy;
  Backup backup;
  for (bool is_more = true; is_more;) {
    auto stepped = on_strand([&]() -> Result<bool> {
      if (!copy) {
        auto begun = parts_.registry.begin_copy(actor, file, unix_now());
        if (!begun) return begun.error();
        copy = std::move(*begun);
      }
      auto more = copy->step();
      if (!more) copy.reset();  // here, not on the caller's thread: it holds the store
      if (!more || *more) return more;
      auto revision = parts_.registry.revision();
      if (!revision) return revision.error();
      backup.revision = *revision;
      auto head = parts_.registry.reader().audit_head();
      if (!head) return head.error();
      backup.head = *head;
      return false;
    });
    if (!stepped) {
      ::unlink(file.c_str());
      return stepped.error();
    }
    is_more = *stepped;
  }
  backup.file = UniqueFd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  const int error = errno;
  ::unlink(file.c_str());
  if (!backup.file) return system_failure(error, "cannot open " + file);
  return backup;
}

}  // namespace sallyport
