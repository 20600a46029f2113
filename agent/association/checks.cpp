// SPDX-License-Identifier: Apache-2.0
#include "agent/association/checks.hpp"

#include "agent/base/key_format.hpp"

namespace sallyport {

CheckCode check_standing(const KeyEntry& key, UnixSeconds now) noexcept {
  switch (key.standing.load(std::memory_order_acquire)) {
    case Standing::kRevoked:
      return CheckCode::kRevokedKey;
    case Standing::kSuspended:
      return CheckCode::kSuspendedKey;
    case Standing::kActive:
      break;
  }
  const UnixSeconds expires_at = key.expires_at.load(std::memory_order_relaxed);
  if (expires_at != 0 && now >= expires_at) return CheckCode::kExpiredKey;
  if (now < key.not_before) return CheckCode::kNotYetValid;
  if (key.owner->tenant_standing.load(std::memory_order_acquire) != Standing::kActive) {
    return CheckCode::kInactiveTenant;
  }
  if (key.owner->user_standing.load(std::memory_order_acquire) != Standing::kActive) {
    return CheckCode::kInactiveUser;
  }
  return CheckCode::kAllowed;
}

Association check_association(const RequestFacts& request, const KeyIndex& index,
                              UnixSeconds now) noexcept {
  Association answer;
  if (request.presented_key.empty()) return answer;

  // The digest is made for malformed keys too: the uniform refusals then take the same time,
  // and the offender policy can tell one wrong key from many. Longer ones are not worth it.
  if (request.presented_key.size() <= kMaxRawKey) answer.digest = digest_of(request.presented_key);
  KeyEntry* key = index.find(answer.digest);

  if (request.is_ambiguous || form_of(request.presented_key) == KeyForm::kMalformed) {
    answer.code = CheckCode::kMalformedKey;
    return answer;
  }
  if (key == nullptr) {
    answer.code = CheckCode::kUnknownKey;
    return answer;
  }
  answer.key = key;
  answer.code = check_standing(*key, now);
  if (answer.code != CheckCode::kAllowed) return answer;

  if (!request.claimed_user.empty() && request.claimed_user != key->owner->user) {
    answer.code = CheckCode::kUserMismatch;
  }
  return answer;
}

}  // namespace sallyport
