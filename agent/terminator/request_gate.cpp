// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/request_gate.hpp"

#include "agent/http/octets.hpp"

namespace sallyport {

namespace {

// An upstream may read '_' in a name as '-' (CGI does), so a claim in that spelling counts too.
bool is_name(std::string_view sent, std::string_view name) noexcept {
  if (sent.size() != name.size()) return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char octet = sent[i] == '_' ? '-' : lower_octet(sent[i]);
    if (octet != (name[i] == '_' ? '-' : name[i])) return false;
  }
  return true;
}

}  // namespace

RequestGate::RequestGate(const ServiceConfig& service)
    : key_headers_(service.key_headers.begin(), service.key_headers.end()),
      claimed_user_header_(service.claimed_user_header) {}

Association RequestGate::judge(const RequestHead& request, const KeyIndex& index,
                               UnixSeconds now) const noexcept {
  const PresentedKey presented = presented_key(request.fields, key_headers_);
  RequestFacts facts{
      .presented_key = presented.value, .claimed_user = {}, .is_ambiguous = presented.is_ambiguous};
  Association answer = check_association(facts, index, now);
  if (answer.code != CheckCode::kAllowed || claimed_user_header_.empty()) return answer;
  // Whichever of several claims the upstream would believe, it must be the key's user.
  for (const HeaderField& field : request.fields.all()) {
    if (!is_name(field.name, claimed_user_header_) || field.value.empty()) continue;
    if (field.value != answer.key->owner->user) answer.code = CheckCode::kUserMismatch;
  }
  return answer;
}

}  // namespace sallyport
