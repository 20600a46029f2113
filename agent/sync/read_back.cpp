// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/read_back.hpp"

namespace sallyport {

std::vector<ReadBack::Finding> ReadBack::run_if_due(BootNs now) {
  if (last_at_ == 0) last_at_ = now;  // the replay has just written everything
  if (now - last_at_ < kInterval) return {};
  return run(now);
}

std::vector<ReadBack::Finding> ReadBack::run(BootNs now) {
  last_at_ = now;
  const UnixSeconds unix_time = unix_now();
  std::vector<Finding> findings = {
      {"control", tables_.repair()},
      {"services", tables_.services().repair()},
      {"key slots", slots_.read_back(unix_time)},
      {"denied keys", denied_.read_back(index_, unix_time)},
      {"sources", bans_.read_back(now)},
      {"prefixes", cidrs_.read_back()},
  };
  std::erase_if(findings, [](const Finding& one) { return one.mended && *one.mended == 0; });
  for (const auto& one : findings) drift_ += one.mended ? *one.mended : 0;
  return findings;
}

}  // namespace sallyport
