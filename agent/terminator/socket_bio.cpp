// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/socket_bio.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace sallyport {

namespace {

Watch& watch_of(BIO* bio) noexcept {
  return *static_cast<Watch*>(BIO_get_data(bio));
}

int read_socket(BIO* bio, char* out, std::size_t size, std::size_t* got) {
  Watch& watch = watch_of(bio);
  BIO_clear_retry_flags(bio);
  *got = 0;
  if (watch.is_ready(Watch::kReadable)) {
    const ssize_t count = ::recv(watch.fd(), out, size, 0);
    if (count > 0) {
      *got = static_cast<std::size_t>(count);
      if (*got < size) watch.exhaust_read();
      return 1;
    }
    if (count == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    if (count == 0 || (errno != EAGAIN && errno != EINTR)) return 0;
    if (errno == EAGAIN) watch.exhaust(Watch::kReadable);
  }
  BIO_set_retry_read(bio);
  return 0;
}

int write_socket(BIO* bio, const char* bytes, std::size_t size, std::size_t* sent) {
  Watch& watch = watch_of(bio);
  BIO_clear_retry_flags(bio);
  *sent = 0;
  if (watch.is_ready(Watch::kWritable)) {
    const ssize_t count = ::send(watch.fd(), bytes, size, MSG_NOSIGNAL);
    if (count >= 0) {
      *sent = static_cast<std::size_t>(count);
      return 1;
    }
    if (errno != EAGAIN && errno != EINTR) return 0;
    if (errno == EAGAIN) watch.exhaust(Watch::kWritable);
  }
  BIO_set_retry_write(bio);
  return 0;
}

long control(BIO* bio, int command, long, void*) {
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_EOF:
      return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
    default:
      return 0;
  }
}

int create(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

const BIO_METHOD* method() noexcept {
  static const BIO_METHOD* const kMethod = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "sallyport socket");
    if (made == nullptr) return made;
    BIO_meth_set_read_ex(made, read_socket);
    BIO_meth_set_write_ex(made, write_socket);
    BIO_meth_set_ctrl(made, control);
    BIO_meth_set_create(made, create);
    return made;
  }();
  return kMethod;
}

}  // namespace

BIO* make_socket_bio(Watch& watch) noexcept {
  BIO* const bio = method() == nullptr ? nullptr : BIO_new(method());
  if (bio != nullptr) BIO_set_data(bio, &watch);
  return bio;
}

}  // namespace sallyport
