// SPDX-License-Identifier: Apache-2.0
#include "agent/http/field_section.hpp"

#include <limits>

#include "agent/http/octets.hpp"

namespace sallyport {

namespace {

constexpr ParseResult kGoOn{ParseStatus::kDone, 0, 0, ""};

ParseResult note_length(std::string_view value, FieldFindings& findings) noexcept {
  if (findings.has_length) return refuse(400, "Content-Length stands twice");
  // 18 digits always fit; no body is that long.
  if (value.empty() || value.size() > std::numeric_limits<std::int64_t>::digits10) {
    return refuse(400, "Content-Length is empty or too large");
  }
  std::uint64_t length = 0;
  for (const char c : value) {
    if (c < '0' || c > '9') return refuse(400, "Content-Length is not a number");
    length = length * 10 + static_cast<std::uint64_t>(c - '0');
  }
  findings.has_length = true;
  findings.content_length = length;
  return kGoOn;
}

ParseResult note_coding(std::string_view value, FieldFindings& findings) noexcept {
  if (findings.chunked) return refuse(400, "Transfer-Encoding stands twice");
  if (!iequals(value, "chunked")) return refuse(501, "Transfer-Encoding other than chunked");
  findings.chunked = true;
  return kGoOn;
}

ParseResult note_connection(std::string_view list, FieldFindings& findings) noexcept {
  for (std::string_view option = next_item(list); !option.empty(); option = next_item(list)) {
    if (!is_token(option)) return refuse(400, "a Connection option is not a token");
    if (++findings.connection_options > kMaxConnectionOptions) {
      return refuse(400, "too many Connection options");
    }
    findings.close |= iequals(option, "close");
    findings.keep_alive |= iequals(option, "keep-alive");
    findings.upgrade_option |= iequals(option, "upgrade");
  }
  return kGoOn;
}

ParseResult note_expect(std::string_view value, FieldFindings& findings) noexcept {
  if (!iequals(value, "100-continue")) return refuse(417, "Expect other than 100-continue");
  findings.expects = true;
  return kGoOn;
}

enum class Line : std::uint8_t { kField, kEmpty, kPartial, kBad };

// One field line from `at`, which moves behind it.
Line read_line(const char*& at, const char* end, HeaderField& field, const char*& why) noexcept {
  const char* const start = at;
  const char* cursor = start;
  while (cursor != end && in_set(kTokenOctets, *cursor)) ++cursor;
  if (cursor == end) return Line::kPartial;
  if (*cursor != ':' || cursor == start) {
    if (*cursor == '\r' && cursor == start) {
      if (cursor + 1 == end) return Line::kPartial;
      at = cursor + 2;
      why = "a CR without LF";
      return cursor[1] == '\n' ? Line::kEmpty : Line::kBad;
    }
    why = "a field name is empty, indented, or has an octet that may not stand there";
    return Line::kBad;
  }
  const char* const value = cursor + 1;
  const char* const value_end = find_control(value, end);
  if (value_end == end || (*value_end == '\r' && value_end + 1 == end)) return Line::kPartial;
  if (*value_end != '\r' || value_end[1] != '\n') {
    why = "a control octet in a field value, or a line end that is not CRLF";
    return Line::kBad;
  }
  field.name = {start, static_cast<std::size_t>(cursor - start)};
  field.value = trim({value, static_cast<std::size_t>(value_end - value)});
  at = value_end + 2;
  return Line::kField;
}

}  // namespace

// The length tells nearly all other fields apart from these, so it is asked first.
ParseResult note_field(const HeaderField& field, FieldFindings& findings) noexcept {
  switch (field.name.size()) {
    case 4:
      if (iequals(field.name, "host")) {
        findings.host = field.value;
        findings.hosts = findings.hosts == 0 ? 1 : 2;
      }
      break;
    case 6:
      if (iequals(field.name, "expect")) return note_expect(field.value, findings);
      break;
    case 7:
      findings.upgrade_field |= iequals(field.name, "upgrade");
      break;
    case 10:
      if (iequals(field.name, "connection")) return note_connection(field.value, findings);
      break;
    case 14:
      if (iequals(field.name, "content-length")) return note_length(field.value, findings);
      break;
    case 17:
      if (iequals(field.name, "transfer-encoding")) return note_coding(field.value, findings);
      break;
    default:
      break;
  }
  return kGoOn;
}

ParseResult parse_fields(std::string_view bytes, std::size_t at, const HeadLimits& limits,
                         HeaderFields& fields, FieldFindings& findings) noexcept {
  const std::string_view window = bytes.substr(0, limits.bytes);
  const char* cursor = window.data() + at;
  const char* const end = window.data() + window.size();
  HeaderField field;
  const char* why = "";
  for (;;) {
    switch (read_line(cursor, end, field, why)) {
      case Line::kPartial:
        return incomplete(bytes.size(), limits, 431, "the head is too large");
      case Line::kBad:
        return refuse(400, why);
      case Line::kEmpty:
        return {ParseStatus::kDone, static_cast<std::size_t>(cursor - window.data()), 0, ""};
      case Line::kField:
        if (fields.all().size() >= limits.fields || !fields.add(field)) {
          return refuse(431, "too many fields");
        }
        const ParseResult noted = note_field(field, findings);
        if (noted.result == ParseStatus::kBad) return noted;
    }
  }
}

}  // namespace sallyport
