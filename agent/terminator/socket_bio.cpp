// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/socket_bio.hpp"

#include "agent/terminator/socket_io.hpp"

namespace sallyport {

namespace {

Watch& watch_of(BIO* bio) noexcept {
  return *static_cast<Watch*>(BIO_get_data(bio));
}

int read(BIO* bio, char* out, std::size_t size, std::size_t* got) {
  BIO_clear_retry_flags(bio);
  const Io io = read_socket(watch_of(bio), {out, size}, *got);
  if (io == Io::kWantRead) BIO_set_retry_read(bio);
  if (io == Io::kClosed) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return io == Io::kDone ? 1 : 0;
}

int write(BIO* bio, const char* bytes, std::size_t size, std::size_t* sent) {
  BIO_clear_retry_flags(bio);
  const Io io = write_socket(watch_of(bio), {bytes, size}, *sent);
  if (io == Io::kWantWrite) BIO_set_retry_write(bio);
  return io == Io::kDone ? 1 : 0;
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
    BIO_meth_set_read_ex(made, read);
    BIO_meth_set_write_ex(made, write);
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
