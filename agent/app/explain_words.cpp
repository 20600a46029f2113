// SPDX-License-Identifier: Apache-2.0
#include "agent/app/explain_words.hpp"

#include "agent/app/verdicts.hpp"

namespace sallyport {

std::string word(Standing standing) {
  switch (standing) {
    case Standing::kActive:
      return "active";
    case Standing::kSuspended:
      return "suspended";
    case Standing::kRevoked:
      break;
  }
  return "revoked";
}

std::string word(sp_mode mode) {
  return mode == SP_MODE_ENFORCE ? "enforce" : mode == SP_MODE_OBSERVE ? "observe" : "off";
}

std::string name_and_text(sp_verdict verdict) {
  return std::string(verdict_name(verdict)) + ", " + std::string(verdict_text(verdict));
}

}  // namespace sallyport
