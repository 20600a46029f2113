// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/terminator/upstream_server.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <cstdlib>

namespace sallyport::test {

bool UpstreamPeer::read_more() {
  char bytes[65536];
  const ssize_t got = ::recv(fd_.get(), bytes, sizeof(bytes), 0);
  if (got > 0) pending_.append(bytes, static_cast<std::size_t>(got));
  return got > 0;
}

std::string UpstreamPeer::read_until(const std::string& mark) {
  std::size_t at = pending_.find(mark);
  while (at == std::string::npos) {
    if (!read_more()) return {};
    at = pending_.find(mark);
  }
  const std::string text = pending_.substr(0, at + mark.size());
  pending_.erase(0, text.size());
  return text;
}

std::string UpstreamPeer::read_head() {
  return read_until("\r\n\r\n");
}

std::string UpstreamPeer::read_body(std::size_t size) {
  while (pending_.size() < size && read_more()) {
  }
  const std::string body = pending_.substr(0, size);
  pending_.erase(0, body.size());
  return body;
}

void UpstreamPeer::send(const std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t sent = ::send(fd_.get(), bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
    if (sent <= 0) return;
    done += static_cast<std::size_t>(sent);
  }
}

void UpstreamPeer::shutdown() {
  ::shutdown(fd_.get(), SHUT_RDWR);
}

void UpstreamPeer::reset() {
  // Works though the server keeps a duplicate of the descriptor.
  sockaddr nowhere{};
  nowhere.sa_family = AF_UNSPEC;
  ::connect(fd_.get(), &nowhere, sizeof(nowhere));
}

UpstreamServer::UpstreamServer() : UpstreamServer(nullptr) {}

UpstreamServer::UpstreamServer(Script script)
    : script_(std::move(script)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 64) != 0 ||
      ::getsockname(listener_.get(), generic, &size) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] { run(); });
}

UpstreamServer::~UpstreamServer() {
  release();
  ::shutdown(listener_.get(), SHUT_RDWR);
  accepting_.join();
  for (auto& [thread, fd] : serving_) {
    ::shutdown(fd, SHUT_RDWR);
    thread.join();
    ::close(fd);
  }
}

void UpstreamServer::run() {
  for (;;) {
    const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    ++connections_;
    // The script's end closes a duplicate; `fd` keeps its number until the destructor.
    serving_.emplace_back(std::thread([this, mine = ::dup(fd)] {
                            UpstreamPeer peer{UniqueFd(mine)};
                            script_ ? script_(peer) : serve_everything(peer);
                            peer.shutdown();
                          }),
                          fd);
  }
}

void UpstreamServer::hold() {
  std::unique_lock guard(lock_);
  ++held_;
  changed_.notify_all();
  changed_.wait(guard, [this] { return is_released_; });
}

bool UpstreamServer::holds(unsigned count) {
  std::unique_lock guard(lock_);
  return changed_.wait_for(guard, std::chrono::seconds(20), [&] { return held_ >= count; });
}

void UpstreamServer::release() {
  const std::lock_guard guard(lock_);
  is_released_ = true;
  changed_.notify_all();
}

namespace {

std::string ok(const std::string& body, const std::string& more = {}) {
  return "HTTP/1.1 200 OK\r\n" + more + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

std::string read_any_body(UpstreamPeer& peer, const std::string& head) {
  if (head.find("Transfer-Encoding: chunked") != std::string::npos) {
    return peer.read_until("0\r\n\r\n");
  }
  const std::size_t at = head.find("Content-Length: ");
  return at == std::string::npos ? std::string{} : peer.read_body(std::stoul(head.substr(at + 16)));
}

// What an upgraded connection is for: each line comes back, and some have a meaning.
void serve_lines(UpstreamServer& server, UpstreamPeer& peer) {
  std::thread flood;
  for (;;) {
    const std::string line = peer.read_until("\n");
    if (line.empty() || line == "bye\n") {
      if (flood.joinable()) flood.join();
      return peer.send(line.empty() ? "last words\n" : "and bye\n");
    }
    if (line == "flood\n") {  // and it goes on listening
      flood = std::thread([&peer] { peer.send(std::string(8 << 20, 'f')); });
    } else if (line == "hold\n") {
      server.hold();
    } else {
      peer.send(line);
    }
  }
}

void switch_protocols(UpstreamServer& server, UpstreamPeer& peer, const std::string& protocol) {
  peer.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: " + protocol +
            "\r\nSec-WebSocket-Accept: yes\r\n\r\nwelcome\n");
  serve_lines(server, peer);
}

}  // namespace

void UpstreamServer::serve_everything(UpstreamPeer& peer) {
  for (;;) {
    const std::string head = peer.read_head();
    if (head.empty()) return;
    const std::size_t start = head.find('/');
    const std::string path = head.substr(start, head.find(' ', start) - start);
    if (path == "/early") return peer.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
    const std::string body = read_any_body(peer, head);
    if (path == "/head") {
      peer.send(ok(head));
    } else if (path == "/echo") {
      peer.send(ok(body));
    } else if (path == "/big") {
      peer.send(ok(std::string(3 << 20, 'b')));
    } else if (path == "/chunked") {
      peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
      peer.send("7\r\n, there\r\n0\r\n\r\n");
    } else if (path == "/until-close") {
      return peer.send("HTTP/1.0 200 OK\r\n\r\nuntil the end");
    } else if (path == "/hold") {
      hold();
      peer.send(ok("held"));
    } else if (path == "/part") {
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\npart");
      hold();
      return;
    } else if (path == "/socket" && head.find("\r\nUpgrade: websocket\r\n") != std::string::npos) {
      return switch_protocols(*this, peer, "WebSocket");
    } else if (path == "/socket-other") {
      return switch_protocols(*this, peer, "h2c");
    } else if (path == "/hints") {
      peer.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + ok("hinted"));
    } else if (path == "/garbage") {
      return peer.send("SSH-2.0-OpenSSH\r\n");
    } else if (path == "/silent") {
      return;
    } else if (head.starts_with("HEAD")) {
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    } else {
      peer.send(ok("hello"));
    }
  }
}

}  // namespace sallyport::test
