// SPDX-License-Identifier: Apache-2.0
#include "agent/app/access_log.hpp"

#include <spdlog/spdlog.h>

#include "agent/app/access_lines.hpp"

namespace sallyport {

Result<std::unique_ptr<AccessLog>> AccessLog::open(const AccessLogConfig& config,
                                                   unsigned workers) {
  if (config.file.empty()) return std::unique_ptr<AccessLog>();
  auto lines = LineLog::open(config.file, workers, [](const Failure& failure) {
    spdlog::error("{}", to_string(failure));
  });
  if (!lines) return lines.error();
  return std::unique_ptr<AccessLog>(new AccessLog(config.format, std::move(*lines)));
}

void AccessLog::record(unsigned worker, const AccessRecord& record) noexcept {
  thread_local std::string line;
  line.clear();
  if (format_ == AccessFormat::kJson) {
    append_json_line(record, line);
  } else {
    append_combined_line(record, line);
  }
  lines_->add(worker, line);
}

}  // namespace sallyport
