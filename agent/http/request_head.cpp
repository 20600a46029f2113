// SPDX-License-Identifier: Apache-2.0
#include "agent/http/request_head.hpp"

#include "agent/http/field_section.hpp"
#include "agent/http/octets.hpp"
#include "agent/http/request_rules.hpp"

namespace sallyport {

namespace {

constexpr std::string_view kVersion11 = "HTTP/1.1\r\n";

enum class Token : std::uint8_t { kComplete, kPartial, kBad };

// Moves `at` behind the octets of `set` and the space that must follow.
Token take(const char*& at, const char* end, const OctetSet& set, std::string_view& out) noexcept {
  const char* const start = at;
  while (at != end && in_set(set, *at)) ++at;
  out = {start, static_cast<std::size_t>(at - start)};
  if (at == end) return Token::kPartial;
  return *at++ == ' ' && !out.empty() ? Token::kComplete : Token::kBad;
}

ParseResult read_version(const char*& at, const char* end, RequestHead& out) noexcept {
  const std::string_view rest{at, static_cast<std::size_t>(end - at)};
  if (rest.starts_with(kVersion11)) {
    at += kVersion11.size();
    return {ParseStatus::kDone, 0, 0, ""};
  }
  for (std::size_t i = 0; i < kVersion11.size(); ++i) {
    if (i == rest.size()) return {};
    const bool digit = i == 5 || i == 7;
    if (digit ? rest[i] < '0' || rest[i] > '9' : rest[i] != kVersion11[i]) {
      return refuse(400, "the request line does not end in HTTP/1.1 and CRLF");
    }
  }
  if (rest[5] != '1' || rest[7] > '1') return refuse(505, "an HTTP version other than 1.0 and 1.1");
  out.minor_version = static_cast<std::uint8_t>(rest[7] - '0');
  at += kVersion11.size();
  return {ParseStatus::kDone, 0, 0, ""};
}

// kNeedMore means "partial"; the caller knows whether more may come.
ParseResult read_request_line(const char*& at, const char* end, RequestHead& out) noexcept {
  // RFC 9112 section 2.2: one empty line before a request is forgiven, as old clients send it
  // after a body. More is not.
  if (at != end && *at == '\r') {
    if (end - at == 1) return {};
    if (at[1] != '\n') return refuse(400, "a CR without LF");
    at += 2;
  }
  const Token method = take(at, end, kTokenOctets, out.method);
  if (method == Token::kBad) return refuse(400, "the method is not a token and one space");
  if (out.method.size() > kLongestMethod) return refuse(501, "the method is too long");
  if (method == Token::kPartial) return {};
  const Token target = take(at, end, kTargetOctets, out.target);
  if (target == Token::kBad) return refuse(400, "the request target is empty or malformed");
  if (target == Token::kPartial) return {};
  const ParseResult version = read_version(at, end, out);
  return version.result == ParseStatus::kDone ? check_target(out.method, out.target) : version;
}

ParseResult conclude(const FieldFindings& found, ParseResult done, RequestHead& out) noexcept {
  const bool http11 = out.minor_version == 1;
  if (found.hosts > 1) return refuse(400, "Host stands twice");
  if (http11 && found.host.empty()) return refuse(400, "Host is missing or empty");
  if (!found.host.empty() && !valid_host(found.host)) return refuse(400, "Host is malformed");
  if (found.chunked && found.has_length) {
    return refuse(400, "both Transfer-Encoding and Content-Length");
  }
  if (found.chunked && !http11) return refuse(400, "Transfer-Encoding in HTTP/1.0");
  out.host = found.host;
  if (found.chunked) out.framing = Framing::kChunked;
  if (found.has_length) out.framing = Framing::kLength;
  out.content_length = found.content_length;
  out.keep_alive = !found.close && (http11 || found.keep_alive);
  const bool body = found.chunked || found.content_length > 0;
  out.expect_continue = found.expects && http11 && body;
  out.upgrade = found.upgrade_option && found.upgrade_field;
  return done;
}

std::string_view bearer_of(std::string_view credentials) noexcept {
  constexpr std::string_view kScheme = "bearer ";
  if (!iequals(credentials.substr(0, kScheme.size()), kScheme)) return {};
  return trim(credentials.substr(kScheme.size()));
}

}  // namespace

ParseResult parse_request_head(std::string_view bytes, const HeadLimits& limits,
                               RequestHead& out) noexcept {
  out.reset();
  const std::string_view window = bytes.substr(0, limits.bytes);
  const char* at = window.data();
  const ParseResult line = read_request_line(at, at + window.size(), out);
  if (line.result == ParseStatus::kNeedMore) {
    return incomplete(bytes.size(), limits, 414, "the request line is too long");
  }
  if (line.result == ParseStatus::kBad) return line;
  FieldFindings found;
  const auto offset = static_cast<std::size_t>(at - window.data());
  const ParseResult fields = parse_fields(bytes, offset, limits, out.fields, found);
  return fields.result == ParseStatus::kDone ? conclude(found, fields, out) : fields;
}

std::string_view path_of(std::string_view target) noexcept {
  return target.substr(0, target.find('?'));
}

PresentedKey presented_key(const HeaderFields& fields,
                           std::span<const std::string_view> header_names) noexcept {
  for (const std::string_view name : header_names) {
    PresentedKey key;
    for (const HeaderField& field : fields.all()) {
      if (!iequals(field.name, name)) continue;
      const std::string_view value = name == "authorization" ? bearer_of(field.value) : field.value;
      if (value.empty() || value == key.value) continue;
      key.is_ambiguous = !key.value.empty();
      if (key.is_ambiguous) return key;
      key.value = value;
    }
    if (!key.value.empty()) return key;
  }
  return {};
}

}  // namespace sallyport
