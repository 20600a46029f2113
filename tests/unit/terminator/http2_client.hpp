// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nghttp2/nghttp2.h>

#include <map>
#include <utility>
#include <vector>

#include "tests/unit/terminator/tls_client.hpp"

namespace sallyport::test {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// A GET with the key and further fields; pseudo-header fields of `more` take the place of ours.
[[nodiscard]] Fields get2(std::string_view path, std::string_view key, const Fields& more = {});

/// What came on one stream.
struct StreamAnswer {
  int status = 0;            // 0: none
  std::vector<int> interim;  // 1xx before it
  std::string head;          // "name: value\r\n" for each field
  std::string body;
  bool is_whole = false;  // its end was told
  bool is_closed = false;
  std::uint32_t error = 0;  // with which it was closed
};

/// A blocking HTTP/2 client: nghttp2's own, over OpenSSL.
class Http2Client final : public TlsClient {
 public:
  explicit Http2Client(std::uint16_t port);
  ~Http2Client() override;

  /// Begins a request. With `Ends::kNo` its body goes on with `send_body`.
  enum class Ends { kYes, kNo };
  std::int32_t begin(const Fields& fields, Ends ends = Ends::kYes);
  void send_body(std::int32_t id, std::string body, Ends ends);
  void cancel(std::int32_t id);

  /// Waits until the stream or the connection is over.
  StreamAnswer& answer(std::int32_t id);
  StreamAnswer& ask(const Fields& fields) { return answer(begin(fields)); }
  /// Waits for the status of an answer.
  StreamAnswer& head(std::int32_t id);
  /// Waits until the server says GOAWAY, and gives its code; nullopt: the connection ended before.
  std::optional<std::uint32_t> goodbye();

  /// Bytes for which nghttp2 is not asked, after what it has to send.
  bool send_raw(std::string_view frames);
  [[nodiscard]] nghttp2_session* session() noexcept { return session_; }
  bool flush();

 private:
  struct Upload {
    std::string bytes;
    bool ends = false;
  };

  void scan(std::string_view bytes);
  template <class Condition>
  void pump(Condition&& is_enough);
  static nghttp2_session_callbacks* callbacks();

  nghttp2_session* session_ = nullptr;
  std::map<std::int32_t, StreamAnswer> answers_;
  std::map<std::int32_t, Upload> uploads_;
  std::optional<std::uint32_t> goodbye_;
  std::string unscanned_;  // of frames
  bool is_lost_ = false;   // raw frames have brought our nghttp2 to give up
  bool is_over_ = false;
};

/// One frame (RFC 9113 section 4.1).
[[nodiscard]] std::string frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream,
                                std::string_view payload);

}  // namespace sallyport::test
