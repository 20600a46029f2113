// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "agent/config/config.hpp"
#include "agent/telemetry/line_log.hpp"
#include "agent/terminator/access_record.hpp"

namespace sallyport {

/// The access log: makes lines of records, on the workers' threads.
class AccessLog final : public AccessSink {
 public:
  /// Null where the configuration asks for none.
  [[nodiscard]] static Result<std::unique_ptr<AccessLog>> open(const AccessLogConfig& config,
                                                               unsigned workers);

  void record(unsigned worker, const AccessRecord& record) noexcept override;
  [[nodiscard]] std::uint64_t lost() const noexcept { return lines_->lost(); }

 private:
  AccessLog(AccessFormat format, std::unique_ptr<LineLog> lines)
      : format_(format), lines_(std::move(lines)) {}

  const AccessFormat format_;
  const std::unique_ptr<LineLog> lines_;
};

}  // namespace sallyport
