// SPDX-License-Identifier: Apache-2.0
#include "control/cli/key_text.hpp"

#include <cstring>
#include <ctime>

namespace sallyport {

std::string state_word(const control::v1::Key& key) {
  const bool has_ended = key.expires_at() != 0 && key.expires_at() <= std::time(nullptr);
  if (key.state() == control::v1::KEY_STATE_ACTIVE && has_ended) return "expired";
  return enum_word(*control::v1::KeyState_descriptor(), key.state());
}

std::string show_limit(const control::v1::Key& key) {
  if (key.limit_per_second() == 0) return "none";
  return std::to_string(key.limit_per_second()) + "/s";
}

void print_new_key(const std::string& done, const Invocation& invocation,
                   control::v1::CreateKeyResponse& created, Output& output) {
  if (output.is_json()) {
    output.json(to_json(created));
  } else if (invocation.has("--quiet")) {
    output.line(created.key());
  } else {
    output.line(done);
    output.receipt_lines(created.receipt());
    output.line("");
    output.line("  " + created.key());
    output.line("");
    output.line("This is the only time the key is shown; it is kept nowhere.");
  }
  explicit_bzero(created.mutable_key()->data(), created.key().size());
}

}  // namespace sallyport
