// SPDX-License-Identifier: Apache-2.0
#include "agent/service/event_stream.hpp"

#include <future>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include "tests/unit/service/control_api.hpp"

namespace sallyport::test {
namespace {

using testing::HasSubstr;

class EventStreamTest : public ControlApiTest {
 protected:
  /// One event, then none, until `stopping_`.
  void follow_without_end() {
    operations_.make_stream = [this] {
      return std::make_unique<ScriptedEvents>(std::vector<EventView>{some_event()}, false,
                                              &stopping_);
    };
  }

  /// `events` in the background of a shell that sends it SIGINT when it has printed `lines`.
  [[nodiscard]] Ran interrupted(const std::string& arguments, int lines) const {
    const std::string out = directory_ + "/out";
    return run_shell(std::string(cli_program()) + " --socket " + socket_ + " " + arguments + " >" +
                     out + " & pid=$!; for i in $(seq 100); do [ $(wc -l <" + out + ") -ge " +
                     std::to_string(lines) +
                     " ] && break; sleep 0.05; done; kill -INT $pid; wait $pid; status=$?; cat " +
                     out + "; exit $status");
  }

  std::atomic<bool> stopping_{false};
};

TEST_F(EventStreamTest, KeptEventsAreLinesUnderHeadings) {
  serve();
  const auto ran =
      call("events --verdict DROP_KEY_REVOKED --source 192.0.2.7 --service api --limit 3");
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(operations_.last_call(), "watch_events DROP_KEY_REVOKED 192.0.2.7 api kept 3");
  EXPECT_EQ(ran.out,
            "TIME                      VERDICT                    SOURCE                 SERVICE   "
            "  KEY       LENGTH\n"
            "2027-01-15 08:00:00.123Z  DROP_KEY_REVOKED           192.0.2.7:40000        api       "
            "  Xy12AbCd  1514\n");
}

TEST_F(EventStreamTest, ObservedDropIsMarked) {
  serve();
  operations_.make_stream = [] {
    auto event = some_event();
    event.dropped = false;
    event.key_id.clear();
    event.source = *Address::parse("2001:db8::7");
    return std::make_unique<ScriptedEvents>(std::vector<EventView>{event}, true);
  };
  EXPECT_THAT(call("events").out,
              HasSubstr("DROP_KEY_REVOKED (observed)  [2001:db8::7]:40000    api         -"));
}

TEST_F(EventStreamTest, JsonIsOneObjectALineWithEveryField) {
  serve();
  const auto ran = call("events -o json");
  EXPECT_EQ(ran.out,
            R"({"time_ns":1800000000123456789,"verdict":"DROP_KEY_REVOKED",)"
            R"("text":"connection of a revoked key","dropped":true,"source":"192.0.2.7",)"
            R"("source_port":40000,"local":"192.0.2.1","local_port":443,"protocol":"tcp",)"
            R"("service":"api","key":"Xy12AbCd","slot":5,"generation":9,"interface":"eth0",)"
            R"("length":1514,"headers":"0200ff","missed":0})"
            "\n");
}

TEST_F(EventStreamTest, FollowingPrintsEachEventAtOnceAndEndsCleanlyOnCtrlC) {
  serve();
  follow_without_end();
  for (const auto* arguments : {"events --follow", "events -f -o json"}) {
    const auto ran = interrupted(arguments, arguments[8] == 'f' ? 1 : 2);
    EXPECT_EQ(ran.status, 0) << ran.out;
    EXPECT_THAT(ran.out, HasSubstr("DROP_KEY_REVOKED"));
  }
}

TEST_F(EventStreamTest, FollowingEndsCleanlyWhenTheAgentStops) {
  serve();
  follow_without_end();
  auto following = std::async(std::launch::async, [this] { return call("events --follow"); });
  while (operations_.calls().empty()) std::this_thread::yield();
  stopping_ = true;  // as EventHub::close does it
  EXPECT_EQ(following.get().status, 0);
}

TEST_F(EventStreamTest, FollowingAnAgentThatIsKilledIsAnError) {
  serve();
  follow_without_end();
  auto following = std::async(std::launch::async, [this] { return call("events --follow"); });
  while (operations_.calls().empty()) std::this_thread::yield();
  server_->shutdown();  // cancels what does not end in time
  const auto ran = following.get();
  EXPECT_EQ(ran.status, 2) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("broke off"));
}

TEST_F(EventStreamTest, NobodyWhoReadsEndsItToo) {
  serve();
  operations_.make_stream = [] {
    return std::make_unique<ScriptedEvents>(std::vector<EventView>(100'000, some_event()), false);
  };
  EXPECT_EQ(run_shell("timeout 20 " + std::string(cli_program()) + " --socket " + socket_ +
                      " events --follow | head -n 1 >/dev/null")
                .status,
            0);
}

TEST_F(EventStreamTest, EventsThatWereLeftOutAreSaid) {
  serve();
  operations_.make_stream = [] {
    auto event = some_event();
    event.missed = 12;
    return std::make_unique<ScriptedEvents>(std::vector<EventView>{event}, true);
  };
  EXPECT_THAT(call("events --follow").out,
              HasSubstr("sallyport: 12 events came too fast and were left out\n"));
}

TEST_F(EventStreamTest, RefusalIsSaidWithoutHeadings) {
  serve();
  for (const auto* arguments : {"events", "events --follow"}) {
    operations_.fail_next(failure(Errc::kFull, "4 follow the events already", "end one of them"));
    const auto ran = call(arguments);
    EXPECT_EQ(ran.status, 1);
    EXPECT_EQ(ran.out, "sallyport: 4 follow the events already\n  end one of them\n");
  }
  EXPECT_EQ(call("events --limit 0").status, 2);
}

}  // namespace
}  // namespace sallyport::test
