// SPDX-License-Identifier: Apache-2.0
#include "agent/http/rewrite.hpp"

#include <array>
#include <charconv>

#include "agent/http/octets.hpp"

namespace sallyport {

namespace {

// Fields for one hop only (RFC 9110 section 7.6.1), and those of framing, which are written anew.
constexpr auto kHopByHop =
    std::to_array<std::string_view>({"connection", "content-length", "keep-alive",
                                     "proxy-connection", "te", "transfer-encoding", "upgrade"});

// What else an upstream must not take from a client: fields that speak for us, an upgrade to h2c
// behind our back, and `Proxy`, which CGI turns into HTTP_PROXY. Expect is answered by us.
constexpr auto kRequestOnly = std::to_array<std::string_view>(
    {"expect", "forwarded", "host", "http2-settings", "proxy", "proxy-authorization", "x-real-ip"});
constexpr std::string_view kForwardedPrefix = "x-forwarded-";

bool speaks_for_us(std::string_view name) noexcept {
  return name.size() > kForwardedPrefix.size() && same_field_name(kForwardedPrefix, name);
}

bool is_added(std::span<const HeaderField> added, std::string_view name) noexcept {
  for (const HeaderField& field : added) {
    if (field.name.size() == name.size() && same_field_name(field.name, name)) return true;
  }
  return false;
}

void append_field(std::string_view name, std::string_view value, std::string& out) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

// For values that no parser has seen: a control octet becomes a space, so that it can't end a line.
void append_own(std::string_view value, std::string& out) {
  const std::size_t start = out.size();
  out += value;
  for (std::size_t i = start; i < out.size(); ++i) {
    if (is_control(out[i])) out[i] = ' ';
  }
}

void append_own_field(std::string_view name, std::string_view value, std::string& out) {
  (out += name) += ": ";
  append_own(value, out);
  out += "\r\n";
}

/// The hops so far, if they may tell, then the peer.
void append_forwarded_for(const RequestHead& request, const UpstreamRewrite& rewrite,
                          std::string& out) {
  out += "X-Forwarded-For: ";
  if (rewrite.sender == Sender::kTrustedHop) {
    for (const auto& [name, value] : request.fields.all()) {
      if (iequals(name, "x-forwarded-for") && !value.empty()) (out += value) += ", ";
    }
  }
  append_own(rewrite.peer_address, out);
  out += "\r\n";
}

void append_forwarded_proto(const RequestHead& request, Sender sender, std::string& out) {
  if (sender == Sender::kClient) {
    out += "X-Forwarded-Proto: https\r\n";
    return;
  }
  for (const auto& [name, value] : request.fields.all()) {
    if (iequals(name, "x-forwarded-proto")) append_field("X-Forwarded-Proto", value, out);
  }
}

void append_framing(Framing framing, std::uint64_t length, std::string& out) {
  if (framing == Framing::kChunked) out += "Transfer-Encoding: chunked\r\n";
  if (framing != Framing::kLength) return;
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), length).ptr;
  append_field("Content-Length", {digits.data(), end}, out);
}

}  // namespace

void write_upstream_head(const RequestHead& request, const UpstreamRewrite& rewrite,
                         std::string& out) {
  NominatedFields dropped(request.fields);
  dropped.add(kHopByHop);
  dropped.add(kRequestOnly);
  dropped.add(rewrite.removed);
  dropped.add(rewrite.added);
  ((out += request.method) += ' ') += request.target;
  out += " HTTP/1.1\r\n";
  append_field("Host", request.host, out);
  for (const auto& [name, value] : request.fields.all()) {
    if (speaks_for_us(name)) continue;
    if (dropped.may_hold(name) &&
        (NominatedFields::holds(kHopByHop, name) || NominatedFields::holds(kRequestOnly, name) ||
         NominatedFields::holds(rewrite.removed, name) || is_added(rewrite.added, name) ||
         dropped.is_nominated(name))) {
      continue;
    }
    append_field(name, value, out);
  }
  for (const HeaderField& field : rewrite.added) append_own_field(field.name, field.value, out);
  append_forwarded_for(request, rewrite, out);
  append_forwarded_proto(request, rewrite.sender, out);
  if (!request.host.empty()) append_field("X-Forwarded-Host", request.host, out);
  append_framing(request.framing, request.content_length, out);
  if (!rewrite.upgrade.empty()) {
    out += "Connection: upgrade\r\n";
    append_field("Upgrade", rewrite.upgrade, out);
  }
  out += "\r\n";
}

DownstreamFilter::DownstreamFilter(const ResponseHead& response) noexcept
    : nominated_(response.fields) {
  nominated_.add(kHopByHop);
}

bool DownstreamFilter::passes(std::string_view name) const noexcept {
  return !nominated_.may_hold(name) ||
         (!NominatedFields::holds(kHopByHop, name) && !nominated_.is_nominated(name));
}

bool tells_length(const ResponseHead& response, Framing framing) noexcept {
  if (framing != Framing::kNone) return framing == Framing::kLength;
  return response.status >= 200 && response.status != 204 &&
         !response.fields.find("content-length").empty();
}

void write_downstream_head(const ResponseHead& response, Framing framing, bool keep_alive,
                           std::string& out) {
  const DownstreamFilter filter(response);
  std::array<char, 10> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), response.status).ptr;
  out += "HTTP/1.1 ";
  out.append(digits.data(), end);
  ((out += ' ') += response.reason) += "\r\n";
  for (const auto& [name, value] : response.fields.all()) {
    if (filter.passes(name)) append_field(name, value, out);
  }
  append_framing(tells_length(response, framing) ? Framing::kLength : framing,
                 response.content_length, out);
  if (!keep_alive) out += "Connection: close\r\n";
  out += "\r\n";
}

}  // namespace sallyport
