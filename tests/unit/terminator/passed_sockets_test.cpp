// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/passed_sockets.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/terminator/listener.hpp"
#include "tests/unit/terminator/terminator_fixture.hpp"

namespace sallyport::test {
namespace {

class PassedSocketsTest : public TerminatorTest {
 protected:
  /// So many listening sockets of the service, as somebody before us left them: blocking,
  /// inherited.
  std::vector<UniqueFd> left_behind(std::size_t many) {
    std::vector<UniqueFd> sockets;
    for (std::size_t i = 0; i < many; ++i) {
      auto fd = listen_on(service.listen);
      EXPECT_TRUE(fd) << to_string(fd.error());
      ::fcntl(fd->get(), F_SETFL, 0);
      ::fcntl(fd->get(), F_SETFD, 0);
      sockets.push_back(std::move(*fd));
    }
    return sockets;
  }
  /// The sockets stay ours too, as a service manager keeps them.
  static std::vector<UniqueFd> copies(const std::vector<UniqueFd>& sockets) {
    std::vector<UniqueFd> same;
    for (const auto& one : sockets) same.push_back(*duplicate(one));
    return same;
  }
  void start_with(std::vector<UniqueFd> sockets, unsigned workers) {
    PassedSockets passed(std::move(sockets));
    const std::uint16_t ids[] = {kServiceId};
    auto opened = Terminator::open({service}, ids, workers, index, edge, nullptr, &passed);
    ASSERT_TRUE(opened) << to_string(opened.error());
    EXPECT_TRUE(passed.left().empty());
    terminator = std::move(*opened);
    own = terminator->own_listeners().size();
    terminator->start();
  }
  void expect_all_served(int many) {
    for (int i = 0; i < many; ++i) {
      TlsClient client(service.listen.port);
      const auto answer = client.ask(get("/", "key-bob"));
      ASSERT_TRUE(answer) << i;
      EXPECT_EQ(answer->status, 200);
    }
  }
  std::size_t own = 0;
};

TEST_F(PassedSocketsTest, FewerThanWorkersAreShared) {
  start_with(left_behind(1), 3);
  EXPECT_EQ(own, 0U);
  expect_all_served(12);
}

TEST_F(PassedSocketsTest, MoreThanWorkersAreAllServed) {
  start_with(left_behind(5), 2);
  EXPECT_EQ(own, 0U);
  expect_all_served(24);
}

TEST_F(PassedSocketsTest, WhoeverCameBeforeTheTerminatorIsServed) {
  const auto kept = left_behind(2);
  const auto accepted = [](const auto& counters) { return counters.connections == 1; };
  UniqueFd early = connect_to(service.listen.port);
  ASSERT_TRUE(early);
  start_with(copies(kept), 2);
  EXPECT_TRUE(counts(accepted));
  early.reset();
  terminator->drain(std::chrono::seconds(5));
  terminator.reset();
  const UniqueFd late = connect_to(service.listen.port);
  ASSERT_TRUE(late) << "nobody serves: it waits, and is not refused";
  start_with(copies(kept), 1);
  EXPECT_TRUE(counts(accepted));
  expect_all_served(2);
}

TEST_F(PassedSocketsTest, WithoutAnyTheTerminatorMakesItsOwn) {
  start_with({}, 2);
  EXPECT_EQ(own, 2U);
  expect_all_served(4);
}

TEST_F(PassedSocketsTest, AreTakenByWhereTheyListen) {
  PassedSockets passed(left_behind(2));
  EXPECT_TRUE(passed.take({*Address::parse("127.0.0.2"), service.listen.port}).empty());
  EXPECT_EQ(passed.left().size(), 2U);
  EXPECT_EQ(passed.left().front().endpoint, service.listen);
  const auto taken = passed.take(service.listen);
  ASSERT_EQ(taken.size(), 2U);
  EXPECT_TRUE(passed.left().empty());
  EXPECT_NE(::fcntl(taken[0].get(), F_GETFL) & O_NONBLOCK, 0) << "an accept must not block";
  EXPECT_NE(::fcntl(taken[0].get(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(PassedSocketsTest, StrangersAreClosedAndCounted) {
  int ends[2] = {};
  ASSERT_EQ(::pipe(ends), 0);
  std::vector<UniqueFd> descriptors;
  descriptors.emplace_back(ends[0]);
  descriptors.emplace_back(::socket(AF_INET, SOCK_STREAM, 0));  // does not listen
  descriptors.emplace_back(::socket(AF_UNIX, SOCK_STREAM, 0));
  const PassedSockets passed(std::move(descriptors));
  EXPECT_EQ(passed.strangers(), 3U);
  EXPECT_TRUE(passed.left().empty());
  EXPECT_EQ(::fcntl(ends[0], F_GETFD), -1);
  ::close(ends[1]);
}

}  // namespace
}  // namespace sallyport::test
