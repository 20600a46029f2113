// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/unique_fd.hpp"

namespace sallyport::test {

/// A connected TCP socket to 127.0.0.1 that gives up reads after `kPatience`.
[[nodiscard]] UniqueFd connect_to(std::uint16_t port);

struct Response {
  int status = 0;
  std::string head;  // with the empty line
  std::string body;  // unchunked

  [[nodiscard]] bool has(std::string_view text) const {
    return head.find(text) != std::string::npos;
  }
};

/// A blocking HTTP/1.1 client, whatever carries its bytes.
class HttpClient {
 public:
  virtual ~HttpClient() = default;

  [[nodiscard]] virtual bool send(std::string_view bytes) = 0;
  /// The next response, read by its framing. Nullopt: the connection ended before it was whole.
  [[nodiscard]] std::optional<Response> receive(bool is_to_head = false);
  [[nodiscard]] std::optional<Response> ask(std::string_view request) {
    if (!send(request)) return std::nullopt;
    return receive();
  }
  /// The next `size` bytes, whatever they mean; fewer where the connection ends or is silent.
  [[nodiscard]] std::string take(std::size_t size);
  /// Says that nothing more will be sent, and goes on reading.
  virtual void end_writing();
  /// Waits for the end of the connection; false if something else comes or nothing happens.
  [[nodiscard]] bool meets_end();
  /// Closes with a reset.
  void reset();

 protected:
  enum class Read : std::uint8_t { kSome, kEnded, kLate };  // kEnded: in order or by a reset

  explicit HttpClient(UniqueFd fd) : fd_(std::move(fd)) {}
  [[nodiscard]] const UniqueFd& fd() const noexcept { return fd_; }
  /// Appends what comes next to `out`.
  [[nodiscard]] virtual Read read_some(std::string& out) = 0;

 private:
  [[nodiscard]] bool read_more();

  UniqueFd fd_;
  bool is_ended_ = false;
  std::string pending_;
};

/// In the clear, as a hop that has ended TLS.
class PlainClient final : public HttpClient {
 public:
  explicit PlainClient(std::uint16_t port) : HttpClient(connect_to(port)) {}
  [[nodiscard]] bool send(std::string_view bytes) override;

 private:
  [[nodiscard]] Read read_some(std::string& out) override;
};

/// "GET <path>" with the key and further header lines ("A: b\r\n").
[[nodiscard]] std::string get(std::string_view path, std::string_view key,
                              std::string_view more = {});
[[nodiscard]] std::string post(std::string_view path, std::string_view key, std::string_view body,
                               std::string_view more = {});

}  // namespace sallyport::test
