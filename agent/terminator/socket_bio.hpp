// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/bio.h>

#include "agent/terminator/poller.hpp"

namespace sallyport {

/// OpenSSL's way to a socket of ours. In place of its own socket BIO because that one can't send
/// without SIGPIPE, and because this one knows from the watch when a call would only say EAGAIN.
/// `watch` must outlive the BIO; SSL_set_bio takes ownership of the latter. Null: no memory.
[[nodiscard]] BIO* make_socket_bio(Watch& watch) noexcept;

}  // namespace sallyport
