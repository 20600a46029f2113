// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/terminator/terminator_fixture.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <cstring>

namespace sallyport::test {

namespace {

KeyId id_from(std::string_view raw) {
  KeyId id;
  id.fill('.');
  std::memcpy(id.data(), raw.data() + 4, std::min(raw.size() - 4, id.size()));
  return id;
}

}  // namespace

std::uint16_t free_port() {
  const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(fd.get(), generic, size) != 0) return 0;
  if (::getsockname(fd.get(), generic, &size) != 0) return 0;
  return ntohs(address.sin_port);
}

TerminatorTest::TerminatorTest()
    : ann_1(add_key("key-ann-1", "ann")),
      ann_2(add_key("key-ann-2", "ann")),
      bob(add_key("key-bob", "bob")) {
  service.name = "api";
  service.listen = {*Address::parse("127.0.0.1"), free_port()};
  service.tls = {write_certificate(directory)};
  service.upstream.endpoint = {*Address::parse("127.0.0.1"), upstream.port()};
}

KeyEntry& TerminatorTest::add_key(std::string_view raw, std::string_view user) {
  return index.add({.digest = digest_of(raw), .id = id_from(raw)}, index.owner_of("acme", user));
}

void TerminatorTest::start(unsigned workers) {
  const std::uint16_t ids[] = {kServiceId};
  auto opened = Terminator::open({service}, ids, workers, index, edge, log);
  ASSERT_TRUE(opened) << to_string(opened.error());
  terminator = std::move(*opened);
  terminator->start();
}

std::uint64_t TerminatorTest::revoke(KeyEntry& key) {
  key.standing = Standing::kRevoked;
  KeyEntry* const keys[] = {&key};
  return terminator->cut(keys);
}

}  // namespace sallyport::test
