// SPDX-License-Identifier: Apache-2.0
#include "agent/http/http2_head.hpp"

#include <cstring>

#include "agent/http/field_section.hpp"
#include "agent/http/request_rules.hpp"

namespace sallyport {

namespace {

constexpr std::size_t kLineOverhead = 4;  // ": " and CRLF
constexpr std::string_view kCrumbSeparator = "; ";

constexpr ParseResult kGood{ParseStatus::kDone, 0, 0, ""};

bool has_only(const OctetSet& set, std::string_view text) noexcept {
  for (const char c : text) {
    if (!in_set(set, c)) return false;
  }
  return true;
}

// Fields of a connection, which HTTP/2 has not (RFC 9113 section 8.2.2).
bool is_of_connection(const FieldFindings& found) noexcept {
  return found.connection_options > 0 || found.close || found.keep_alive || found.chunked ||
         found.upgrade_field;
}

}  // namespace

void Http2HeadReader::begin(std::span<char> room, const HeadLimits& limits,
                            RequestHead& out) noexcept {
  *this = {};
  room_ = room;
  limits_ = limits;
  head_ = &out;
  verdict_ = kGood;
  out.reset();
  out.minor_version = 1;
}

std::string_view Http2HeadReader::keep(std::string_view text) noexcept {
  char* const at = room_.data() + used_;
  std::memcpy(at, text.data(), text.size());
  used_ += text.size();
  return {at, text.size()};
}

void Http2HeadReader::add(std::string_view name, std::string_view value) noexcept {
  if (verdict_.result == ParseStatus::kBad) return;
  counted_ += name.size() + value.size() + kLineOverhead;
  if (counted_ > limits_.bytes || used_ + name.size() + value.size() > room_.size()) {
    fail(refuse(431, "the head is too large"));
    return;
  }
  if (name.starts_with(':')) {
    take_pseudo(name, keep(value));
    return;
  }
  if (head_->fields.all().size() >= limits_.fields) {
    fail(refuse(431, "too many fields"));
    return;
  }
  if (name == "cookie") ++cookies_;
  if (!is_token(name)) fail(refuse(400, "a field name has an octet that may not stand there"));
  const char* const end = value.data() + value.size();
  if (find_control(value.data(), end) != end) {
    fail(refuse(400, "a control octet in a field value"));
  }
  const std::string_view kept_name = keep(name);
  if (!head_->fields.add({kept_name, keep(trim(value))})) fail(refuse(431, "too many fields"));
}

void Http2HeadReader::take_pseudo(std::string_view name, std::string_view value) noexcept {
  if (name == ":method") {
    head_->method = value;
  } else if (name == ":path") {
    head_->target = value;
  } else if (name == ":authority") {
    authority_ = value;
  } else if (name == ":scheme") {
    if (value != "https" && value != "http") fail(refuse(400, "the scheme is not https"));
  } else {
    fail(refuse(501, "a pseudo-header field that is not offered"));
  }
}

ParseResult Http2HeadReader::conclude(bool has_body) noexcept {
  if (verdict_.result != ParseStatus::kBad) verdict_ = check();
  if (verdict_.result != ParseStatus::kBad && cookies_ > 1) join_cookies();
  if (verdict_.result != ParseStatus::kBad && has_body && head_->framing == Framing::kNone) {
    head_->framing = Framing::kChunked;
  }
  if (verdict_.result != ParseStatus::kBad && !has_body) {
    if (head_->content_length > 0) fail(refuse(400, "a Content-Length without a body"));
    head_->expect_continue = false;
  }
  verdict_.consumed = used_;
  return verdict_;
}

ParseResult Http2HeadReader::check() noexcept {
  if (!is_token(head_->method)) return refuse(400, "the method is not a token");
  if (head_->method.size() > kLongestMethod) return refuse(501, "the method is too long");
  if (!has_only(kTargetOctets, head_->target)) return refuse(400, "the path is malformed");
  const ParseResult target = check_target(head_->method, head_->target);
  if (target.result == ParseStatus::kBad) return target;

  FieldFindings found;
  for (const HeaderField& field : head_->fields.all()) {
    const ParseResult noted = note_field(field, found);
    if (noted.result == ParseStatus::kBad) return noted;
  }
  if (is_of_connection(found)) return refuse(400, "a field of the connection, in HTTP/2");
  if (found.hosts > 1) return refuse(400, "Host stands twice");
  const bool differs = found.hosts == 1 && !authority_.empty() && !iequals(found.host, authority_);
  if (differs) return refuse(400, "Host is not the authority");
  head_->host = authority_.empty() ? found.host : authority_;
  if (head_->host.empty()) return refuse(400, "the authority is missing or empty");
  if (!valid_host(head_->host)) return refuse(400, "the authority is malformed");
  if (found.has_length) head_->framing = Framing::kLength;
  head_->content_length = found.content_length;
  head_->expect_continue = found.expects;
  return kGood;
}

// Clients split Cookie for the sake of compression; in HTTP/1 it is one field (RFC 9113 section
// 8.2.3).
void Http2HeadReader::join_cookies() noexcept {
  HeaderFields kept;
  const std::size_t start = used_;
  std::string_view name;
  for (const HeaderField& field : head_->fields.all()) {
    if (field.name != "cookie") {
      (void)kept.add(field);
      continue;
    }
    const bool is_first = used_ == start;
    if (used_ + kCrumbSeparator.size() + field.value.size() > room_.size()) {
      fail(refuse(431, "the head is too large"));
      return;
    }
    if (!is_first) (void)keep(kCrumbSeparator);
    (void)keep(field.value);
    name = field.name;
  }
  (void)kept.add({name, {room_.data() + start, used_ - start}});
  head_->fields = kept;
}

}  // namespace sallyport
