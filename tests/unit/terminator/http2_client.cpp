// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/terminator/http2_client.hpp"

#include <algorithm>
#include <cstring>

namespace sallyport::test {

namespace {

std::string_view text(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

std::uint8_t* octets(const std::string& text) {
  return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
}

}  // namespace

Fields get2(std::string_view path, std::string_view key, const Fields& more) {
  Fields fields{{":method", "GET"},
                {":scheme", "https"},
                {":authority", "api.example"},
                {":path", std::string(path)}};
  for (const auto& [name, value] : more) {
    const auto same = std::find_if(fields.begin(), fields.end(),
                                   [&](const auto& one) { return one.first == name; });
    if (name.starts_with(':') && same != fields.end()) {
      same->second = value;
    } else {
      fields.emplace_back(name, value);
    }
  }
  if (!key.empty()) fields.emplace_back("x-api-key", key);
  return fields;
}

Http2Client::Http2Client(std::uint16_t port) : TlsClient(port, Hello{.protocols = "\x02h2"}) {
  nghttp2_session_client_new(&session_, callbacks(), this);
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
}

Http2Client::~Http2Client() {
  nghttp2_session_del(session_);
}

nghttp2_session_callbacks* Http2Client::callbacks() {
  static nghttp2_session_callbacks* const made = [] {
    nghttp2_session_callbacks* all = nullptr;
    nghttp2_session_callbacks_new(&all);
    nghttp2_session_callbacks_set_on_header_callback(
        all, [](nghttp2_session*, const nghttp2_frame* of, const std::uint8_t* name,
                std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                std::uint8_t, void* self) {
          StreamAnswer& answer = static_cast<Http2Client*>(self)->answers_[of->hd.stream_id];
          if (text(name, name_size) == ":status") {
            if (answer.status != 0) answer.interim.push_back(answer.status);
            answer.status = std::stoi(std::string(text(value, value_size)));
          } else {
            ((answer.head += text(name, name_size)) += ": ") += text(value, value_size);
            answer.head += "\r\n";
          }
          return 0;
        });
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
        all, [](nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* bytes,
                std::size_t size, void* self) {
          static_cast<Http2Client*>(self)->answers_[id].body += text(bytes, size);
          return 0;
        });
    nghttp2_session_callbacks_set_on_frame_recv_callback(
        all, [](nghttp2_session*, const nghttp2_frame* frame, void* self) {
          auto& client = *static_cast<Http2Client*>(self);
          const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
          if (frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS) {
            client.answers_[frame->hd.stream_id].is_whole |= ends;
          }
          return 0;
        });
    nghttp2_session_callbacks_set_on_stream_close_callback(
        all, [](nghttp2_session*, std::int32_t id, std::uint32_t error, void* self) {
          StreamAnswer& answer = static_cast<Http2Client*>(self)->answers_[id];
          answer.is_closed = true;
          answer.error = error;
          return 0;
        });
    return all;
  }();
  return made;
}

std::int32_t Http2Client::begin(const Fields& fields, Ends ends) {
  std::vector<nghttp2_nv> list;
  for (const auto& [name, value] : fields) {
    list.push_back({octets(name), octets(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
  }
  nghttp2_data_provider body{
      {},
      [](nghttp2_session*, std::int32_t id, std::uint8_t* out, std::size_t most,
         std::uint32_t* flags, nghttp2_data_source* source, void*) -> ssize_t {
        Upload& upload = static_cast<Http2Client*>(source->ptr)->uploads_[id];
        const std::size_t size = std::min(most, upload.bytes.size());
        std::memcpy(out, upload.bytes.data(), size);
        upload.bytes.erase(0, size);
        if (upload.bytes.empty() && upload.ends) *flags |= NGHTTP2_DATA_FLAG_EOF;
        if (size == 0 && !upload.ends) return NGHTTP2_ERR_DEFERRED;
        return static_cast<ssize_t>(size);
      }};
  body.source.ptr = this;
  const std::int32_t id = nghttp2_submit_request(session_, nullptr, list.data(), list.size(),
                                                 ends == Ends::kYes ? nullptr : &body, nullptr);
  answers_[id] = {};
  flush();
  return id;
}

void Http2Client::send_body(std::int32_t id, std::string body, Ends ends) {
  uploads_[id].bytes += body;
  uploads_[id].ends = ends == Ends::kYes;
  nghttp2_session_resume_data(session_, id);
  flush();
}

void Http2Client::cancel(std::int32_t id) {
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
  flush();
}

bool Http2Client::flush() {
  const std::uint8_t* bytes = nullptr;
  for (;;) {
    const ssize_t size = nghttp2_session_mem_send(session_, &bytes);
    if (size <= 0) return size == 0;
    if (!send(text(bytes, static_cast<std::size_t>(size)))) return false;
  }
}

bool Http2Client::send_raw(std::string_view frames) {
  return flush() && send(frames);
}

// Finds the GOAWAY, whatever nghttp2 makes of the frames before it.
void Http2Client::scan(std::string_view bytes) {
  constexpr std::size_t kFrameHead = 9;
  unscanned_ += bytes;
  const auto octet = [&](std::size_t at) {
    return std::size_t{static_cast<unsigned char>(unscanned_[at])};
  };
  while (unscanned_.size() >= kFrameHead) {
    const std::size_t size = octet(0) << 16U | octet(1) << 8U | octet(2);
    if (unscanned_.size() < kFrameHead + size) return;
    if (octet(3) == NGHTTP2_GOAWAY) goodbye_ = static_cast<std::uint32_t>(octet(kFrameHead + 7));
    unscanned_.erase(0, kFrameHead + size);
  }
}

template <class Condition>
void Http2Client::pump(Condition&& is_enough) {
  std::string bytes;
  while (!is_over_ && !is_enough()) {
    if (!is_lost_) flush();
    bytes.clear();
    if (read_some(bytes) != Read::kSome) {
      is_over_ = true;
      return;
    }
    scan(bytes);
    if (is_lost_) continue;
    is_lost_ = nghttp2_session_mem_recv(session_, octets(bytes), bytes.size()) < 0;
  }
  if (!is_lost_) flush();
}

StreamAnswer& Http2Client::answer(std::int32_t id) {
  pump([&] { return answers_[id].is_closed; });
  return answers_[id];
}

StreamAnswer& Http2Client::head(std::int32_t id) {
  pump([&] { return answers_[id].status != 0 || answers_[id].is_closed; });
  return answers_[id];
}

std::optional<std::uint32_t> Http2Client::goodbye() {
  pump([&] { return goodbye_.has_value(); });
  return goodbye_;
}

std::string frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream,
                  std::string_view payload) {
  std::string out;
  const auto put = [&](std::uint32_t value) { out += static_cast<char>(value & 0xffU); };
  const auto size = static_cast<std::uint32_t>(payload.size());
  put(size >> 16U), put(size >> 8U), put(size);
  put(type), put(flags);
  put(stream >> 24U), put(stream >> 16U), put(stream >> 8U), put(stream);
  return out += payload;
}

}  // namespace sallyport::test
