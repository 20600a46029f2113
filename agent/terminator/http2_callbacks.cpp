// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/http2_callbacks.hpp"

#include "agent/terminator/http2_connection.hpp"

namespace sallyport {

namespace {

Http2Connection& connection_of(void* user_data) noexcept {
  return *static_cast<Http2Connection*>(user_data);
}

std::string_view text_of(const std::uint8_t* bytes, std::size_t size) noexcept {
  return {reinterpret_cast<const char*>(bytes), size};
}

// Trailers are read past: RFC 9110 section 6.5.1 lets a hop drop them.
bool is_request(const nghttp2_frame& frame) noexcept {
  return frame.hd.type == NGHTTP2_HEADERS && frame.headers.cat == NGHTTP2_HCAT_REQUEST;
}

int on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
  return is_request(*frame) ? connection_of(user_data).on_begin_head(frame->hd.stream_id) : 0;
}

int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
              std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
              std::uint8_t, void* user_data) {
  if (!is_request(*frame)) return 0;
  if (Http2Stream* const stream = connection_of(user_data).find(frame->hd.stream_id)) {
    stream->head_reader().add(text_of(name, name_size), text_of(value, value_size));
  }
  return 0;
}

int on_frame_recv(nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
  return connection_of(user_data).on_frame(*frame);
}

int on_invalid_frame_recv(nghttp2_session*, const nghttp2_frame*, int, void* user_data) {
  return connection_of(user_data).on_invalid();
}

int on_frame_send(nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
  return connection_of(user_data).on_sent(*frame);
}

int on_data_chunk_recv(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* bytes,
                       std::size_t size, void* user_data) {
  return connection_of(user_data).on_body(id, text_of(bytes, size));
}

int on_stream_close(nghttp2_session*, std::int32_t id, std::uint32_t, void* user_data) {
  return connection_of(user_data).on_stream_closed(id);
}

int send_data(nghttp2_session*, nghttp2_frame*, const std::uint8_t* frame_head, std::size_t size,
              nghttp2_data_source* source, void* user_data) {
  auto& stream = *static_cast<Http2Stream*>(source->ptr);
  return connection_of(user_data).on_data(stream, frame_head, size);
}

nghttp2_session_callbacks* make_callbacks() noexcept {
  nghttp2_session_callbacks* made = nullptr;
  if (nghttp2_session_callbacks_new(&made) != 0) return nullptr;
  nghttp2_session_callbacks_set_on_begin_headers_callback(made, on_begin_headers);
  nghttp2_session_callbacks_set_on_header_callback(made, on_header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(made, on_frame_recv);
  nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(made, on_invalid_frame_recv);
  nghttp2_session_callbacks_set_on_frame_send_callback(made, on_frame_send);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, on_data_chunk_recv);
  nghttp2_session_callbacks_set_on_stream_close_callback(made, on_stream_close);
  nghttp2_session_callbacks_set_send_data_callback(made, send_data);
  return made;
}

}  // namespace

const nghttp2_session_callbacks* http2_callbacks() noexcept {
  static const std::unique_ptr<nghttp2_session_callbacks, decltype(&nghttp2_session_callbacks_del)>
      callbacks(make_callbacks(), nghttp2_session_callbacks_del);
  return callbacks.get();
}

}  // namespace sallyport
