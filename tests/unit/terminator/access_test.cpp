// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/terminator/http2_client.hpp"
#include "tests/unit/terminator/terminator_fixture.hpp"

namespace sallyport::test {
namespace {

/// Keeps what it is told, with copies of the views.
class KeptAccess final : public AccessSink {
 public:
  struct Line {
    std::string protocol, method, path, user_agent;
    unsigned status;
    CheckCode code;
    const KeyEntry* key;
    std::uint64_t bytes_in, bytes_out, upstream_us;
    bool is_whole;
  };

  void record(unsigned, const AccessRecord& record) noexcept override {
    const std::lock_guard guard(lock_);
    lines_.push_back({std::string(record.protocol), std::string(record.method),
                      std::string(record.path), std::string(record.user_agent), record.status,
                      record.code, record.key, record.bytes_in, record.bytes_out,
                      record.upstream_us, record.is_whole});
  }
  [[nodiscard]] bool reads_texts() const noexcept override { return has_texts; }
  bool has_texts = true;
  /// Waits for the line of that number.
  Line line(std::size_t number) {
    for (int i = 0; i < 4000; ++i) {
      {
        const std::lock_guard guard(lock_);
        if (lines_.size() > number) return lines_[number];
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ADD_FAILURE() << "no line " << number;
    return {};
  }

 private:
  std::mutex lock_;
  std::vector<Line> lines_;
};

class Access : public TerminatorTest {
 protected:
  Access() { log = &kept; }

  KeptAccess kept;
};

TEST_F(Access, TellsWhatWasAskedAndAnswered) {
  start();
  TlsClient client(service.listen.port);
  const std::string body(100'000, 'x');
  EXPECT_EQ(client.ask(post("/echo?secret=1", "key-bob", body, "User-Agent: test\r\n"))->status,
            200);
  const auto line = kept.line(0);
  EXPECT_EQ(line.protocol, "HTTP/1.1");
  EXPECT_EQ(line.method, "POST");
  EXPECT_EQ(line.path, "/echo");
  EXPECT_EQ(line.user_agent, "test");
  EXPECT_EQ(line.status, 200u);
  EXPECT_EQ(line.key, &bob);
  EXPECT_GT(line.bytes_in, body.size());
  EXPECT_GT(line.bytes_out, 0u);
  EXPECT_GT(line.upstream_us, 0u);
  EXPECT_TRUE(line.is_whole);
}

TEST_F(Access, TellsTheTrueCheckBehindAUniformRefusal) {
  ann_1.standing = Standing::kRevoked;
  start();
  TlsClient client(service.listen.port);
  EXPECT_EQ(client.ask(get("/", "key-ann-1"))->status, 401);
  EXPECT_EQ(client.ask(get("/", "wrong"))->status, 401);
  EXPECT_EQ(kept.line(0).code, CheckCode::kRevokedKey);
  EXPECT_EQ(kept.line(0).key, &ann_1);
  EXPECT_EQ(kept.line(0).status, 401u);
  EXPECT_EQ(kept.line(1).code, CheckCode::kUnknownKey);
  EXPECT_EQ(kept.line(1).key, nullptr);
}

TEST_F(Access, TellsOfHeadsThatCannotBeReadAndOfUpstreamsThatFail) {
  start();
  TlsClient client(service.listen.port);
  EXPECT_EQ(client.ask(get("/garbage", "key-bob"))->status, 502);
  EXPECT_EQ(kept.line(0).status, 502u);
  EXPECT_EQ(kept.line(0).upstream_us, 0u);
  EXPECT_EQ(client.ask("GET / HTTP/1.1\r\n\r\n")->status, 400);
  EXPECT_EQ(kept.line(1).status, 400u);
  EXPECT_EQ(kept.line(1).method, "");
}

TEST_F(Access, TellsThatAResponseWasCut) {
  start();
  TlsClient client(service.listen.port);
  ASSERT_TRUE(client.send(get("/part", "key-ann-1")));
  ASSERT_TRUE(upstream.holds(1));
  revoke(ann_1);
  EXPECT_FALSE(kept.line(0).is_whole);
}

TEST_F(Access, KeepsNoTextForWhoReadsNone) {
  kept.has_texts = false;
  start();
  TlsClient client(service.listen.port);
  EXPECT_EQ(client.ask(get("/a", "key-bob"))->status, 200);
  EXPECT_EQ(kept.line(0).path, "");
  EXPECT_EQ(kept.line(0).status, 200u);
  EXPECT_GT(kept.line(0).upstream_us, 0u);
}

TEST_F(Access, TellsOfEachStream) {
  start();
  Http2Client client(service.listen.port);
  EXPECT_EQ(client.ask(get2("/a", "key-bob")).status, 200);
  EXPECT_EQ(client.ask(get2("/b", "wrong")).status, 401);
  EXPECT_EQ(client.ask(get2("/\\c", "key-bob")).status, 400);
  EXPECT_EQ(kept.line(0).protocol, "HTTP/2.0");
  EXPECT_EQ(kept.line(0).path, "/a");
  EXPECT_TRUE(kept.line(0).is_whole);
  EXPECT_EQ(kept.line(1).code, CheckCode::kUnknownKey);
  EXPECT_EQ(kept.line(2).status, 400u);
}

}  // namespace
}  // namespace sallyport::test
