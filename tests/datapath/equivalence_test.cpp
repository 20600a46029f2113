// SPDX-License-Identifier: Apache-2.0
// The program in the kernel and a reference in plain C++ get the same state and the same packets,
// valid ones and mutated ones, and must say the same. A longer run:
//   SALLYPORT_EQUIVALENCE_PACKETS=3000000 SALLYPORT_EQUIVALENCE_SEED=7 build/NAME/tests/datapath/
//   datapath_equivalence
#include <array>
#include <cstdlib>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "agent/base/clock.hpp"
#include "tests/datapath/reference_judge.hpp"
#include "tests/datapath/request_generator.hpp"
#include "tests/support/filter_fixture.hpp"

namespace sallyport::test {
namespace {

constexpr std::array kSources = {"192.0.2.7",     "192.0.2.8",       "198.51.100.9",
                                 "203.0.113.77",  "2001:db8:0:7::9", "2001:db8:0:7::10",
                                 "2001:db8:1::1", "2001:db8:2::1"};
constexpr std::array kLocal = {"192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"};
constexpr std::array<std::uint16_t, 3> kClientPorts = {40000, 40001, 50000};
constexpr std::array<std::uint16_t, 5> kServicePorts = {443, 8443, 9443, 80, 22};
constexpr std::uint32_t kSlots = 5;  // 1 to 5; the table of LoadedFilter is longer

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::string hex(const Bytes& frame) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const auto byte : frame) text += {kDigits[byte / 16], kDigits[byte % 16]};
  return text;
}

class EquivalenceTest : public FilterFixture<testing::Test> {
 protected:
  void arrange() override {
    declare("", 443, 3, SP_MODE_ENFORCE);
    declare("", 8443, 4, SP_MODE_OBSERVE);
    declare("192.0.2.2", 8443, 5, SP_MODE_ENFORCE);
    declare("2001:db8::1", 9443, 6, SP_MODE_ENFORCE);
    declare("2001:db8::2", 443, 7, SP_MODE_OFF);
    declare("", 80, 8, SP_MODE_ENFORCE, {SP_SERVICE_CLEARTEXT | SP_SERVICE_RESETS});
    declare("192.0.2.2", 80, 9, SP_MODE_OBSERVE, {SP_SERVICE_CLEARTEXT});
    declare("", 443, 3, SP_MODE_ENFORCE, {.is_udp = true});
    declare("192.0.2.1", 80, 8, SP_MODE_ENFORCE, {.is_udp = true});
    world_.key_headers = {"authorization", "x-api-key"};
    for (const auto service : std::array<std::uint16_t, 2>{8, 9}) {
      filter_.set_key_headers(service, world_.key_headers);
    }
    filter_.deny_key(kKeys.back());
    world_.denied_keys.insert(kKeys.back());
    ASSERT_TRUE(filter_.tables().set_resets(1, 3600 * kSecondNs));
    world_.slots[SP_OFFENDER_SLOT] = {1, SP_DROP_CONNECTION_OFFENDER};
    for (std::uint32_t slot = 1; slot <= kSlots; ++slot) set_slot(slot);
  }

  unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
  template <class Array>
  auto any(const Array& choices) {
    return choices[below(static_cast<unsigned>(choices.size()))];
  }
  Address any_source() { return Address::parse(any(kSources)).value(); }

  void declare(const std::string& address, std::uint16_t port, std::uint16_t id, sp_mode mode,
               ServiceTraits more = {}) {
    filter_.declare_service(address, port, id, mode, more);
    std::optional<Address> local;
    if (!address.empty()) local = Address::parse(address);
    world_.services[{local, port, more.is_udp}] = {id, mode, more.traits};
  }

  // Any number may stand in a slot's verdict, also one that is none.
  void set_slot(std::uint32_t slot) {
    const std::uint32_t generation = 1 + below(2);
    const std::uint32_t verdict =
        below(2) == 0 ? std::uint32_t{SP_PASS_BOUND} : below(SP_VERDICT_COUNT + 3);
    filter_.set_slot(slot, generation, static_cast<sp_verdict>(verdict));
    world_.slots[slot] = {generation, verdict, any_limit(), any_limit()};
    arrange_limits(slot, world_.slots[slot]);
  }

  World::Limit any_limit() {
    return below(3) == 0 ? static_cast<World::Limit>(below(3)) : World::Limit::kNone;
  }

  // Time moves no clock from within to over, or back, while the test runs.
  void arrange_limits(std::uint32_t slot, const World::Slot& state) {
    using enum World::Limit;
    const auto memory = filter_.tables().slot_memory();
    memory.slots[slot].limits = {.packet_cost_ns = state.packets == kNone ? 0U : 1U,
                                 .packet_burst_ns = 3600 * kSecondNs,
                                 .byte_cost = state.bytes == kNone ? 0U : 1U,
                                 .byte_burst_ns = 3600 * kSecondNs};
    memory.clocks[slot].packets_ns = state.packets == kOver ? SP_NEVER : 0;
    memory.clocks[slot].bytes_ns = state.bytes == kOver ? SP_NEVER : 0;
  }

  void change_a_binding() {
    const auto source = any_source();
    const auto port = any(kClientPorts);
    const auto service = static_cast<std::uint16_t>(3 + below(7));
    if (below(4) == 0) {
      filter_.unbind(source.to_string(), port, service);
      world_.bindings.erase({source, port, service});
      return;
    }
    const std::uint32_t slot = below(8) == 0 ? SP_MOST_SLOTS - 1 : below(kSlots + 1);
    const std::uint32_t generation = 1 + below(2);
    filter_.bind(source.to_string(), port, service, {slot, generation, 0});
    world_.bindings[{source, port, service}] = {slot, generation};
  }

  void change_a_ban() {
    const auto source = any_source().as_source();
    if (below(2) == 0) {
      filter_.unban(source.to_string());
      world_.bans.erase(source);
      return;
    }
    static constexpr std::array<std::uint32_t, 5> kVerdicts = {
        SP_DROP_SOURCE_OFFENDER, SP_DROP_SOURCE_BANNED, SP_DROP_SOURCE_OFFENDER,
        SP_DROP_KEY_REVOKED, SP_VERDICT_COUNT};
    const std::array<std::uint64_t, 3> ends = {SP_NEVER, boot_now() + 3600 * kSecondNs, 1};
    const auto verdict = any(kVerdicts);
    const auto end = any(ends);
    filter_.ban(source.to_string(), end, static_cast<sp_verdict>(verdict));
    world_.bans[source] = {verdict, end == 1};
  }

  // Around the sources, of every length.
  void change_the_cidrs() {
    std::vector<CidrRule> rules;
    for (unsigned count = below(8); count > 0; --count) {
      const Address source = any_source();
      const unsigned shortest = source.is_v4() ? 96 : 0;
      const auto length = static_cast<std::uint8_t>(shortest + below(129 - shortest));
      rules.push_back({Cidr::containing(source, length),
                       below(2) == 0 ? CidrAction::kAllow : CidrAction::kDeny});
    }
    ASSERT_TRUE(filter_.tables().cidrs().replace(rules));
    world_.cidrs = rules;
  }

  // A connection costs a day, so that what is spent stays spent.
  void change_the_pace() {
    world_.is_pacing = !world_.is_pacing;
    const std::uint64_t cost = world_.is_pacing ? 86400 * kSecondNs : 0;
    ASSERT_TRUE(filter_.tables().set_pace(cost, 0));
  }

  // The last one stays denied, as the flag of the table stays raised.
  void change_a_denied_key() {
    const std::string key = kKeys[below(kKeys.size())];
    if (world_.denied_keys.erase(key) == 0 || key == kKeys.back()) {
      filter_.deny_key(key);
      world_.denied_keys.insert(key);
    } else {
      filter_.allow_key(key);
    }
  }

  PacketBuilder build_packet() {
    const std::string source = any(kSources);
    const bool is_v6 = source.find(':') != std::string::npos;
    PacketBuilder packet;
    packet.from(source, any(kClientPorts))
        .to(kLocal[(is_v6 ? 2 : 0) + below(2)], any(kServicePorts))
        .numbers(below(3), 0)
        .payload(below(64));
    if (below(2) == 0) packet.payload(any_request(random_));
    static constexpr std::array<unsigned, 7> kFlags = {kAck,        kAck | kPsh, kSyn, kSyn | kAck,
                                                       kFin | kAck, kRst,        0};
    packet.flags(any(kFlags));
    if (below(4) == 0) packet.tcp_options(below(11));
    if (below(4) == 0 && !is_v6) packet.ip_options(below(11));
    if (below(4) == 0 && is_v6) packet.extensions(any_extensions());
    if (below(6) == 0) packet.vlans(std::vector<std::uint16_t>(1 + below(3), 0x8100));
    if (below(8) == 0) make_datagram(packet);
    if (below(20) == 0 && !is_v6) packet.fragment(static_cast<std::uint16_t>(random_()));
    return packet;
  }

  void make_datagram(PacketBuilder& packet) {
    packet.udp();
    if (below(4) == 0) packet.payload(std::string(1195 + below(10), static_cast<char>(random_())));
  }

  std::vector<std::uint8_t> any_extensions() {
    static constexpr std::array<std::uint8_t, 5> kHeaders = {0, 43, 60, 44, 51};
    std::vector<std::uint8_t> headers(below(9));
    for (auto& header : headers) header = kHeaders[below(below(5) == 0 ? 5 : 3)];
    return headers;
  }

  /// Cut short, bytes changed among the headers, or something after the end.
  void mutate(Bytes& frame) {
    switch (below(4)) {
      case 0:
        frame.resize(14 + below(static_cast<unsigned>(frame.size()) - 13));
        break;
      case 1:
        for (unsigned changes = 1 + below(3); changes > 0; --changes) {
          const auto at = below(static_cast<unsigned>(std::min<std::size_t>(frame.size(), 90)));
          frame[at] =
              static_cast<std::uint8_t>(below(3) == 0 ? random_() : frame[at] ^ (1U << below(8)));
        }
        break;
      case 2:
        frame[below(static_cast<unsigned>(frame.size()))] = any(kTellingBytes);
        break;
      default:
        frame.resize(frame.size() + below(40));
    }
  }

  void compare(Hook hook, const Bytes& frame, std::uint64_t number) {
    Outcome expected = judge(world_, frame);
    if (hook == Hook::kTc) expected.answered = false;
    const Outcome got = filter_.run(hook, frame);
    ASSERT_TRUE(got == expected) << "packet " << number << ": the kernel says " << got.verdict
                                 << ", the reference " << expected.verdict << "\n"
                                 << hex(frame);
    ++verdicts_[got.verdict];
  }

  std::mt19937_64 random_{number_from("SALLYPORT_EQUIVALENCE_SEED", 1)};
  World world_;
  std::array<std::uint64_t, SP_VERDICT_COUNT> verdicts_{};
};

TEST_F(EquivalenceTest, KernelAndReferenceGiveTheSameVerdicts) {
  const auto packets = number_from("SALLYPORT_EQUIVALENCE_PACKETS", 60000);
  for (std::uint64_t number = 0; number < packets; ++number) {
    if (number % 4 == 0) {
      change_a_binding();
      if (below(2) == 0) change_a_ban();
      if (below(4) == 0) set_slot(1 + below(kSlots));
      if (below(100) == 0) change_the_cidrs();
      if (below(200) == 0) change_the_pace();
      if (below(20) == 0) change_a_denied_key();
    }
    Bytes frame = build_packet().build();
    if (below(2) == 0) {
      ASSERT_NO_FATAL_FAILURE(compare(Hook::kTc, frame, number));
      mutate(frame);
    }
    ASSERT_NO_FATAL_FAILURE(compare(Hook::kXdp, frame, number));
  }
  for (unsigned verdict = 0; verdict < SP_VERDICT_COUNT; ++verdict) {
    EXPECT_GT(verdicts_[verdict], 0U) << "the generator never reached verdict " << verdict;
  }
}

}  // namespace
}  // namespace sallyport::test
