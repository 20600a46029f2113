// SPDX-License-Identifier: Apache-2.0
#include "agent/app/access_lines.hpp"

#include <array>
#include <ctime>

#include "agent/base/json_text.hpp"

namespace sallyport {

namespace {

std::tm utc_of(std::uint64_t unix_ms) noexcept {
  const auto seconds = static_cast<std::time_t>(unix_ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return parts;
}

void append_time(const char* format, std::uint64_t unix_ms, std::string& out) {
  const std::tm parts = utc_of(unix_ms);
  std::array<char, 40> text;
  out.append(text.data(), std::strftime(text.data(), text.size(), format, &parts));
}

// Of three digits, with zeros in front.
void append_thousandths(std::uint64_t value, std::string& out) {
  out += '.';
  if (value < 100) out += '0';
  if (value < 10) out += '0';
  append_decimal(value, out);
}

/// One JSON object, member by member.
class Members {
 public:
  explicit Members(std::string& out) : out_(out) { out_ += '{'; }
  void text(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    begin(name);
    out_ += '"';
    append_json_text(value, out_);
    out_ += '"';
  }
  void number(std::string_view name, std::uint64_t value) {
    begin(name);
    append_decimal(value, out_);
  }
  void milliseconds(std::string_view name, std::uint64_t us) {
    begin(name);
    append_decimal(us / 1000, out_);
    append_thousandths(us % 1000, out_);
  }
  void flag(std::string_view name, bool value) {
    begin(name);
    out_ += value ? "true" : "false";
  }
  void time(std::string_view name, std::uint64_t unix_ms) {
    begin(name);
    append_time("\"%Y-%m-%dT%H:%M:%S", unix_ms, out_);
    append_thousandths(unix_ms % 1000, out_);
    out_ += "Z\"";
  }
  void end() { out_ += "}\n"; }

 private:
  void begin(std::string_view name) {
    if (out_.back() != '{') out_ += ',';
    ((out_ += '"') += name) += "\":";
  }

  std::string& out_;
};

// Apache's escapes: what is no visible ASCII, and what would end the field.
void append_quoted(std::string_view text, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet >= 0x7f || c == '"' || c == '\\') {
      ((out += "\\x") += kHex[octet >> 4U]) += kHex[octet & 0xfU];
    } else {
      out += c;
    }
  }
}

}  // namespace

void append_json_line(const AccessRecord& record, std::string& out) {
  Members line(out);
  line.time("time", record.began_unix_ms);
  line.text("service", record.service);
  line.text("source", record.source.to_string());
  line.text("protocol", record.protocol);
  line.text("method", record.method);
  line.text("host", record.host);
  line.text("path", record.path);
  if (record.status != 0) line.number("status", record.status);
  if (!record.method.empty()) line.text("check", info(record.code).code);
  if (record.key != nullptr) {
    line.text("key", to_view(record.key->id));
    line.text("tenant", record.key->owner->tenant);
    line.text("user", record.key->owner->user);
  }
  line.number("bytes_in", record.bytes_in);
  line.number("bytes_out", record.bytes_out);
  line.milliseconds("duration_ms", record.duration_us);
  if (record.upstream_us != 0) line.milliseconds("upstream_ms", record.upstream_us);
  line.flag("whole", record.is_whole);
  line.text("user_agent", record.user_agent);
  line.end();
}

void append_combined_line(const AccessRecord& record, std::string& out) {
  out += record.source.to_string();
  out += " - ";
  append_quoted(record.key != nullptr ? std::string_view(record.key->owner->user) : "-", out);
  append_time(" [%d/%b/%Y:%H:%M:%S +0000] \"", record.began_unix_ms, out);
  append_quoted(record.method.empty() ? "-" : record.method, out);
  out += ' ';
  append_quoted(record.path.empty() ? "-" : record.path, out);
  ((out += ' ') += record.protocol) += "\" ";
  append_decimal(record.status != 0 ? record.status : 499, out);  // nginx's code for a client gone
  out += ' ';
  append_decimal(record.bytes_out, out);
  out += " \"-\" \"";
  append_quoted(record.user_agent.empty() ? "-" : record.user_agent, out);
  out += "\"\n";
}

}  // namespace sallyport
