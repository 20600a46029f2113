// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "agent/service/key_view.hpp"

namespace sallyport::test {

// Keys that were asked for, as text.

inline constexpr std::string_view kRawKey = "spk_live_Xy12AbCd_abcdefghijklmnopqrstuvwxyzA_1a2B3c";

inline std::string traffic_text(const TrafficLimit& limit) {
  if (limit == TrafficLimit{}) return "";
  return " packets " + std::to_string(limit.packets_per_second) + "+" +
         std::to_string(limit.packet_burst) + " bytes " + std::to_string(limit.bytes_per_second) +
         "+" + std::to_string(limit.byte_burst) +
         (limit.egress_per_second == 0 ? "" : " egress " + std::to_string(limit.egress_per_second));
}

inline Key some_key() {
  Key key;
  std::memcpy(key.id.data(), "Xy12AbCd", key.id.size());
  key.tenant = "acme";
  key.user = "alice";
  key.env = "live";
  return key;
}

/// "whole, 2 acme/alice Xy12AbCd 9f86 note, 3 acme/bob".
inline std::string rows_text(const std::vector<ImportRow>& rows, ImportMode mode) {
  constexpr const char* kModes[] = {"check", "whole", "keep-going"};
  std::string text = kModes[static_cast<std::size_t>(mode)];
  for (const auto& row : rows) {
    const Key& key = row.key;
    text += ", " + std::to_string(row.line) + " " + key.tenant + "/" + key.user;
    if (!row.has_key) continue;
    text += " " + (row.has_id ? std::string(to_view(key.id)) : "no-id") + " " +
            to_hex(key.digest).substr(0, 4) + " " + key.env + " " +
            std::to_string(static_cast<int>(key.state)) + " " + std::to_string(key.expires_at) +
            traffic_text(key.traffic) + (key.note.empty() ? "" : " " + key.note);
  }
  return text;
}

/// Every row is good but that of a user mallory.
inline ImportReport report_of(const std::vector<ImportRow>& rows) {
  ImportReport report;
  for (const auto& row : rows) {
    if (row.key.user == "mallory") {
      report.problems.push_back(
          {row.line, failure(Errc::kConflict, "mallory is not welcome", "go")});
    } else {
      ++report.keys;
    }
  }
  return report;
}

}  // namespace sallyport::test
