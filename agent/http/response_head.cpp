// SPDX-License-Identifier: Apache-2.0
#include "agent/http/response_head.hpp"

#include "agent/http/field_section.hpp"
#include "agent/http/octets.hpp"

namespace sallyport {

namespace {

// Whatever the upstream does wrong is, for the client, a bad gateway.
constexpr unsigned kBadGateway = 502;

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// 'D' stands for a digit that is read afterwards.
constexpr std::string_view kStart = "HTTP/1.D DDD";

bool starts_well(std::string_view line) noexcept {
  for (std::size_t i = 0; i < kStart.size() && i < line.size(); ++i) {
    if (kStart[i] == 'D' ? !is_digit(line[i]) : line[i] != kStart[i]) return false;
  }
  return line.size() <= 7 || line[7] <= '1';
}

// kNeedMore means "partial"; the caller knows whether more may come.
ParseResult read_status_line(std::string_view window, std::size_t& at, ResponseHead& out) noexcept {
  if (!starts_well(window)) return refuse(kBadGateway, "no HTTP/1.1 status line");
  const std::size_t start = kStart.size();
  if (window.size() <= start + 1) return {};
  const char* const end = window.data() + window.size();
  const char* const stop = find_control(window.data() + start, end);
  if (stop == end || (*stop == '\r' && stop + 1 == end)) return {};
  const auto line_size = static_cast<std::size_t>(stop - window.data());
  std::string_view reason = window.substr(start, line_size - start);
  if (*stop != '\r' || stop[1] != '\n' || (!reason.empty() && reason.front() != ' ')) {
    return refuse(kBadGateway, "the status line is malformed");
  }
  if (!reason.empty()) reason.remove_prefix(1);
  out.reason = reason;
  out.minor_version = static_cast<std::uint8_t>(window[7] - '0');
  for (std::size_t i = 9; i < 12; ++i) {
    out.status = out.status * 10 + static_cast<unsigned>(window[i] - '0');
  }
  if (out.status < 100 || out.status > 599) return refuse(kBadGateway, "no such status");
  at = line_size + 2;
  return {ParseStatus::kDone, 0, 0, ""};
}

// RFC 9112 section 6.3, with every contradiction refused.
ParseResult conclude(const FieldFindings& found, std::string_view request_method, ParseResult done,
                     ResponseHead& out) noexcept {
  const bool http11 = out.minor_version == 1;
  if (found.chunked && found.has_length) {
    return refuse(kBadGateway, "both Transfer-Encoding and Content-Length");
  }
  if (found.chunked && !http11) return refuse(kBadGateway, "Transfer-Encoding in HTTP/1.0");
  const bool never = out.status < 200 || out.status == 204;
  if (never && (found.chunked || found.content_length > 0)) {
    return refuse(kBadGateway, "a body announced where none may be");
  }
  out.content_length = found.content_length;
  out.keep_alive = !found.close && (http11 || found.keep_alive);
  if (never || out.status == 304 || request_method == "HEAD") {
    out.framing = Framing::kNone;
  } else if (found.chunked) {
    out.framing = Framing::kChunked;
  } else if (found.has_length) {
    out.framing = Framing::kLength;
  } else {
    out.framing = Framing::kUntilClose;
    out.keep_alive = false;
  }
  return done;
}

void reset(ResponseHead& head) noexcept {
  head.status = 0;
  head.reason = {};
  head.minor_version = 1;
  head.framing = Framing::kNone;
  head.content_length = 0;
  head.keep_alive = true;
  head.fields.clear();
}

}  // namespace

ParseResult parse_response_head(std::string_view bytes, const HeadLimits& limits,
                                std::string_view request_method, ResponseHead& out) noexcept {
  reset(out);
  std::size_t at = 0;
  const ParseResult line = read_status_line(bytes.substr(0, limits.bytes), at, out);
  if (line.result == ParseStatus::kNeedMore) {
    return incomplete(bytes.size(), limits, kBadGateway, "the status line is too long");
  }
  if (line.result == ParseStatus::kBad) return line;
  FieldFindings found;
  ParseResult fields = parse_fields(bytes, at, limits, out.fields, found);
  if (fields.result == ParseStatus::kBad) fields.status = kBadGateway;
  return fields.result == ParseStatus::kDone ? conclude(found, request_method, fields, out)
                                             : fields;
}

}  // namespace sallyport
