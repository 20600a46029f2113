// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <ostream>
#include <string>
#include <tuple>

#include <gtest/gtest.h>

#include "tests/support/filter_fixture.hpp"

namespace sallyport::test {
namespace {

constexpr std::uint16_t kPort = 443;
constexpr std::uint16_t kService = 3;
constexpr __u64 kLongAgo = 1;

/// One row of the table: a packet, what the maps hold, what must come of it.
struct Case {
  const char* name;
  std::function<PacketBuilder()> packet;
  std::function<void(LoadedFilter&)> state;
  sp_verdict verdict;
  bool dropped = false;
  bool observed = false;
};

void PrintTo(const Case& row, std::ostream* out) {
  *out << row.name;
}

PacketBuilder v4() {
  return PacketBuilder{};
}
PacketBuilder v6() {
  return PacketBuilder{}.from("2001:db8:0:7::9", 40000).to("2001:db8::1", kPort);
}

void nothing(LoadedFilter&) {}

/// The connection of both packets above, bound to slot 5.
std::function<void(LoadedFilter&)> bound(sp_verdict verdict, std::uint32_t superseded = 0,
                                         std::uint32_t generation = 9) {
  return [=](LoadedFilter& filter) {
    filter.set_slot(5, 9, verdict);
    for (const auto* source : {"192.0.2.7", "2001:db8:0:7::9"}) {
      filter.bind(source, 40000, kService, {5, generation, superseded});
    }
  };
}

std::function<void(LoadedFilter&)> banned(sp_verdict verdict, __u64 expires_ns = SP_NEVER) {
  return [=](LoadedFilter& filter) {
    filter.ban("192.0.2.7", expires_ns, verdict);
    filter.ban("2001:db8:0:7::", expires_ns, verdict);
  };
}

const Case kCases[] = {
    {"UnknownConnectionPasses", v4, nothing, SP_PASS_UNJUDGED},
    {"UnknownV6ConnectionPasses", v6, nothing, SP_PASS_UNJUDGED},
    {"BoundConnectionPasses", v4, bound(SP_PASS_BOUND), SP_PASS_BOUND},
    {"RevokedKeysConnectionIsDropped", v4, bound(SP_DROP_KEY_REVOKED), SP_DROP_KEY_REVOKED, true},
    {"RevokedKeysV6ConnectionIsDropped", v6, bound(SP_DROP_KEY_REVOKED), SP_DROP_KEY_REVOKED, true},
    {"SuspendedKeysConnectionIsDropped", v4, bound(SP_DROP_KEY_SUSPENDED), SP_DROP_KEY_SUSPENDED,
     true},
    {"ExpiredKeysConnectionIsDropped", v4, bound(SP_DROP_KEY_EXPIRED), SP_DROP_KEY_EXPIRED, true},
    {"InactiveOwnersConnectionIsDropped", v6, bound(SP_DROP_OWNER_INACTIVE), SP_DROP_OWNER_INACTIVE,
     true},
    {"OffendersConnectionIsDropped", v4,
     [](LoadedFilter& filter) {
       filter.bind("192.0.2.7", 40000, kService, {SP_OFFENDER_SLOT, 1, 0});
     },
     SP_DROP_CONNECTION_OFFENDER, true},
    {"FinOfCondemnedConnectionPasses", [] { return v4().flags(kFin | kAck); },
     bound(SP_DROP_KEY_REVOKED), SP_PASS_CLOSING},
    {"RstOfCondemnedConnectionPasses", [] { return v6().flags(kRst); }, bound(SP_DROP_KEY_REVOKED),
     SP_PASS_CLOSING},
    {"SynOnCondemnedConnectionIsANewConnection", [] { return v4().flags(kSyn); },
     bound(SP_DROP_KEY_REVOKED), SP_PASS_UNJUDGED},
    {"SupersededBindingIsIgnored", v4, bound(SP_DROP_KEY_REVOKED, 1), SP_PASS_UNJUDGED},
    {"OldGenerationsBindingIsIgnored", v4, bound(SP_DROP_KEY_REVOKED, 0, 8), SP_PASS_UNJUDGED},
    {"SlotOutOfRangeIsIgnored", v4,
     [](LoadedFilter& filter) {
       filter.bind("192.0.2.7", 40000, kService, {SP_MOST_SLOTS - 1, 1, 0});
     },
     SP_PASS_UNJUDGED},
    {"SlotWithAVerdictThatIsNoneIsIgnored", v4, bound(SP_VERDICT_COUNT), SP_PASS_UNJUDGED},
    {"SlotWithASourcesVerdictIsIgnored", v4, bound(SP_DROP_SOURCE_BANNED), SP_PASS_UNJUDGED},
    {"SlotThatSaysItIsOverItsLimitIsIgnored", v4, bound(SP_DROP_KEY_OVER_BYTES), SP_PASS_UNJUDGED},
    {"AnotherPortOfTheSourceIsNotBound", [] { return v4().from("192.0.2.7", 40001); },
     bound(SP_DROP_KEY_REVOKED), SP_PASS_UNJUDGED},
    {"OffenderIsDropped", v4, banned(SP_DROP_SOURCE_OFFENDER), SP_DROP_SOURCE_OFFENDER, true},
    {"OffendersSynIsDropped", [] { return v4().flags(kSyn); }, banned(SP_DROP_SOURCE_OFFENDER),
     SP_DROP_SOURCE_OFFENDER, true},
    {"OperatorsBanDrops", v6, banned(SP_DROP_SOURCE_BANNED), SP_DROP_SOURCE_BANNED, true},
    {"NeighbourInTheSameSixtyFourIsDropped", [] { return v6().from("2001:db8:0:7:ffff::1", 1); },
     banned(SP_DROP_SOURCE_OFFENDER), SP_DROP_SOURCE_OFFENDER, true},
    {"NextSixtyFourPasses", [] { return v6().from("2001:db8:0:8::9", 1); },
     banned(SP_DROP_SOURCE_OFFENDER), SP_PASS_UNJUDGED},
    {"BanThatHasEndedIsIgnored", v4, banned(SP_DROP_SOURCE_OFFENDER, kLongAgo), SP_PASS_UNJUDGED},
    {"BanWithAConnectionsVerdictIsIgnored", v4, banned(SP_DROP_KEY_REVOKED), SP_PASS_UNJUDGED},
    {"GoodKeysConnectionOutlivesABan", v4,
     [](LoadedFilter& filter) {
       bound(SP_PASS_BOUND)(filter);
       banned(SP_DROP_SOURCE_OFFENDER)(filter);
     },
     SP_PASS_BOUND},
    {"ObserveModeOnlyCounts", v4,
     [](LoadedFilter& filter) {
       filter.declare_service("", kPort, kService, SP_MODE_OBSERVE);
       bound(SP_DROP_KEY_REVOKED)(filter);
     },
     SP_DROP_KEY_REVOKED, false, true},
    {"OffModePasses", v4,
     [](LoadedFilter& filter) {
       filter.declare_service("", kPort, kService, SP_MODE_OFF);
       bound(SP_DROP_KEY_REVOKED)(filter);
     },
     SP_PASS_OFF},
    {"ModeThatIsNoneIsOff", v4,
     [](LoadedFilter& filter) {
       filter.declare_service("", kPort, kService, static_cast<sp_mode>(3));
       bound(SP_DROP_KEY_REVOKED)(filter);
     },
     SP_PASS_OFF},
    {"ExactAddressComesBeforeTheWildcard", v4,
     [](LoadedFilter& filter) {
       filter.declare_service("192.0.2.1", kPort, 8, SP_MODE_OFF);
       bound(SP_DROP_KEY_REVOKED)(filter);
     },
     SP_PASS_OFF},
    {"SshIsNeverTouched", [] { return v4().to("192.0.2.1", 22); },
     [](LoadedFilter& filter) {
       bound(SP_DROP_KEY_REVOKED)(filter);
       banned(SP_DROP_SOURCE_BANNED)(filter);
     },
     SP_PASS_NOT_SERVICE},
    {"Ipv4OptionsAndTcpOptionsAreStepped", [] { return v4().ip_options(10).tcp_options(10); },
     bound(SP_DROP_KEY_REVOKED), SP_DROP_KEY_REVOKED, true},
    {"ExtensionHeadersAreStepped",
     [] {
       return v6().extensions({0, 43, 60});
     },
     bound(SP_DROP_KEY_REVOKED), SP_DROP_KEY_REVOKED, true},
    {"SixExtensionHeadersAreStepped",
     [] {
       return v6().extensions({0, 60, 43, 60, 60, 60});
     },
     bound(SP_DROP_KEY_REVOKED), SP_DROP_KEY_REVOKED, true},
};

class VerdictTest : public FilterFixture<testing::TestWithParam<std::tuple<Case, Hook>>> {
 protected:
  void arrange() override {
    filter_.declare_service("", kPort, kService);
    std::get<Case>(GetParam()).state(filter_);
  }

  const Case& row() const { return std::get<Case>(GetParam()); }

  /// Runs the row's packet; state that a packet changes (superseded) is put back first.
  Outcome run(const Bytes& frame) {
    row().state(filter_);
    return filter_.run(std::get<Hook>(GetParam()), frame);
  }
};

TEST_P(VerdictTest, IsGivenAndCounted) {
  const Outcome expected{row().dropped, row().verdict, row().observed};
  EXPECT_EQ(run(row().packet().build()).verdict, expected.verdict);
  EXPECT_TRUE(run(row().packet().build()) == expected);
}

TEST_P(VerdictTest, IsTheSameBehindVlanTags) {
  for (const auto& tags : std::vector<std::vector<std::uint16_t>>{{0x8100}, {0x88a8, 0x8100}}) {
    const auto outcome = run(row().packet().vlans(tags).build());
    EXPECT_EQ(outcome.verdict, row().verdict) << tags.size();
    EXPECT_EQ(outcome.dropped, row().dropped) << tags.size();
  }
  EXPECT_EQ(run(row().packet().vlans({0x8100, 0x8100, 0x8100}).build()).verdict, SP_PASS_NOT_IP);
}

TEST_P(VerdictTest, PacketCutAtAnyByteIsNeverDropped) {
  const auto whole = row().packet().build();
  // BPF_PROG_RUN makes no socket buffer whose IP header is not whole; XDP takes any frame.
  const std::size_t ip_header = whole[12] == 0x08 ? 20 : 40;
  const std::size_t shortest = std::get<Hook>(GetParam()) == Hook::kXdp ? 14 : 14 + ip_header;
  for (std::size_t size = shortest; size < whole.size(); ++size) {
    const auto outcome = run(Bytes(whole.begin(), whole.begin() + static_cast<long>(size)));
    ASSERT_FALSE(outcome.dropped) << "cut to " << size << " of " << whole.size();
    ASSERT_FALSE(outcome.observed) << "cut to " << size << " of " << whole.size();
  }
}

TEST_P(VerdictTest, FragmentIsNeverDropped) {
  if (row().packet().build()[12] == 0x08) {
    for (const unsigned bits : {0x2000U, 0x0001U, 0x1fffU, 0x2001U}) {
      EXPECT_EQ(run(row().packet().fragment(static_cast<std::uint16_t>(bits)).build()).verdict,
                SP_PASS_FRAGMENT);
    }
  } else {
    EXPECT_EQ(run(row().packet().extensions({0, 44}).build()).verdict, SP_PASS_FRAGMENT);
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, VerdictTest,
                         testing::Combine(testing::ValuesIn(kCases),
                                          testing::Values(Hook::kXdp, Hook::kTc)),
                         [](const auto& row) {
                           return std::string(std::get<Case>(row.param).name) +
                                  (std::get<Hook>(row.param) == Hook::kXdp ? "Xdp" : "Tc");
                         });

}  // namespace
}  // namespace sallyport::test
