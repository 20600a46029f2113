// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/terminator/http_client.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

namespace sallyport::test {

namespace {

constexpr timeval kPatience{.tv_sec = 20, .tv_usec = 0};

std::string field_of(const std::string& head, std::string_view name) {
  const std::size_t at = head.find("\r\n" + std::string(name) + ": ");
  if (at == std::string::npos) return {};
  const std::size_t start = at + name.size() + 4;
  return head.substr(start, head.find("\r\n", start) - start);
}

}  // namespace

UniqueFd connect_to(std::uint16_t port) {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) fd.reset();
  return fd;
}

bool PlainClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd().get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

HttpClient::Read PlainClient::read_some(std::string& out) {
  char bytes[16384];
  const ssize_t got = ::recv(fd().get(), bytes, sizeof(bytes), 0);
  if (got <= 0) return got < 0 && errno == EAGAIN ? Read::kLate : Read::kEnded;
  out.append(bytes, static_cast<std::size_t>(got));
  return Read::kSome;
}

bool HttpClient::read_more() {
  const Read read = read_some(pending_);
  is_ended_ = read == Read::kEnded;
  return read == Read::kSome;
}

std::optional<Response> HttpClient::receive(bool is_to_head) {
  const auto need = [&](std::size_t size) {
    while (pending_.size() < size) {
      if (!read_more()) return false;
    }
    return true;
  };
  const auto find = [&](std::string_view text, std::size_t from) {
    for (;;) {
      const std::size_t at = pending_.find(text, from);
      if (at != std::string::npos || !read_more()) return at;
    }
  };
  const std::size_t end = find("\r\n\r\n", 0);
  if (end == std::string::npos) return std::nullopt;
  Response response{
      .status = std::stoi(pending_.substr(9, 3)), .head = pending_.substr(0, end + 4), .body = {}};
  pending_.erase(0, end + 4);
  if (is_to_head || response.status < 200) return response;

  if (const std::string length = field_of(response.head, "Content-Length"); !length.empty()) {
    const std::size_t size = std::stoul(length);
    if (!need(size)) return std::nullopt;
    response.body = pending_.substr(0, size);
    pending_.erase(0, size);
  } else if (response.has("Transfer-Encoding: chunked")) {
    for (;;) {
      const std::size_t line = find("\r\n", 0);
      if (line == std::string::npos) return std::nullopt;
      const std::size_t size = std::stoul(pending_, nullptr, 16);
      if (!need(line + 2 + size + 2)) return std::nullopt;
      response.body += pending_.substr(line + 2, size);
      pending_.erase(0, line + 2 + size + 2);
      if (size == 0) break;
    }
  } else if (response.status != 204 && response.status != 304) {
    while (read_more()) {
    }
    response.body = std::exchange(pending_, {});
  }
  return response;
}

std::string HttpClient::take(std::size_t size) {
  while (pending_.size() < size && read_more()) {
  }
  const std::string taken = pending_.substr(0, size);
  pending_.erase(0, taken.size());
  return taken;
}

void HttpClient::end_writing() {
  ::shutdown(fd_.get(), SHUT_WR);
}

bool HttpClient::meets_end() {
  if (!pending_.empty() || (!is_ended_ && read_more())) return false;
  return is_ended_;
}

void HttpClient::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  fd_.reset();
}

std::string get(std::string_view path, std::string_view key, std::string_view more) {
  std::string request = "GET " + std::string(path) + " HTTP/1.1\r\nHost: api.example\r\n";
  if (!key.empty()) request += "X-Api-Key: " + std::string(key) + "\r\n";
  return request + std::string(more) + "\r\n";
}

std::string post(std::string_view path, std::string_view key, std::string_view body,
                 std::string_view more) {
  return "POST " + std::string(path) +
         " HTTP/1.1\r\nHost: api.example\r\nX-Api-Key: " + std::string(key) + "\r\n" +
         std::string(more) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

}  // namespace sallyport::test
