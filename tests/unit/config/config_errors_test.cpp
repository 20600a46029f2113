// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "agent/config/config.hpp"
#include "tests/unit/config/config_text.hpp"

namespace sallyport::test {
namespace {

struct BadInput {
  const char* name;
  std::string text;
  int line;
  const char* says;  // part of the only error's message
};

std::ostream& operator<<(std::ostream& out, const BadInput& input) {
  return out << input.name;
}

class BadInputTest : public testing::TestWithParam<BadInput> {};

TEST_P(BadInputTest, IsRefusedWithItsLineAndWhatIsWrong) {
  const auto parsed = parse_config(GetParam().text);

  ASSERT_EQ(parsed.errors.size(), 1U) << shown(parsed);
  EXPECT_EQ(parsed.errors[0].line, GetParam().line) << shown(parsed);
  EXPECT_NE(parsed.errors[0].message.find(GetParam().says), std::string::npos) << shown(parsed);
}

std::string name_of(const testing::TestParamInfo<BadInput>& info) {
  return info.param.name;
}

std::string door(std::string_view field) {
  return minimal_with("outer_door:\n  " + std::string(field) + "\n");
}

std::string offenders(std::string_view field) {
  return minimal_with("offenders:\n  " + std::string(field) + "\n");
}

std::string service(std::string_view field) {
  return minimal_with("    " + std::string(field) + "\n");
}

const std::string kSecondService =
    "    tls: { certificate: c, private_key: k }\n    upstream: { address: 127.0.0.1:1 }\n";

INSTANTIATE_TEST_SUITE_P(
    Metrics, BadInputTest,
    testing::Values(
        BadInput{"BeyondLoopback", minimal_with("metrics: { listen: 192.0.2.1:9464 }\n"), 8,
                 "whoever reaches 192.0.2.1:9464 could read the metrics"},
        BadInput{"EveryAddress", minimal_with("metrics: { listen: 0.0.0.0:9464 }\n"), 8,
                 "add beyond_loopback: true"},
        BadInput{"NoListen", minimal_with("metrics: { beyond_loopback: true }\n"), 8, "listen"}),
    name_of);

TEST(MetricsSection, IsOffUnlessItIsThereAndGoesBeyondLoopbackWhenTold) {
  EXPECT_FALSE(parse_config(kMinimal).config.metrics.is_on());
  const auto parsed =
      parse_config(minimal_with("metrics: { listen: 192.0.2.1:9464, beyond_loopback: true }\n"));
  ASSERT_TRUE(parsed.errors.empty()) << shown(parsed);
  EXPECT_EQ(parsed.config.metrics.address, *Address::parse("192.0.2.1"));
}

INSTANTIATE_TEST_SUITE_P(
    Fields, BadInputTest,
    testing::Values(
        BadInput{"UnknownField", minimal_with("wrokers: 2\n"), 8,
                 "unknown field 'wrokers'; did you mean 'workers'?"},
        BadInput{"FarFromAnyName", minimal_with("colour: red\n"), 8, "the fields here are store"},
        BadInput{"UnknownNested", door("atach: tc"), 9, "outer_door: unknown field 'atach'"},
        BadInput{"FieldTwice", minimal_with("workers: 1\nworkers: 2\n"), 9,
                 "'workers' is here twice; the first is in line 8"},
        BadInput{"FieldNameIsAList", minimal_with("? [a]\n: 1\n"), 8, "plain text"},
        BadInput{"NoStore", minimal_but("store: /tmp/registry.db", "workers: 1"), 1,
                 "missing field 'store'"},
        BadInput{"NoServices", "store: a\n", 1, "missing field 'services'"},
        BadInput{"ServicesEmpty", "store: a\nservices: []\n", 2, "services: has 0 items"},
        BadInput{"ServicesNoList", "store: a\nservices: x\n", 2, "expected a list, got 'x'"},
        BadInput{"ServiceNoMapping", "store: a\nservices:\n  - x\n", 3,
                 "services[0]: expected fields"},
        BadInput{"StoreIsAList", minimal_but("/tmp/registry.db", "[a, b]"), 1,
                 "store: expected one value, got a list"},
        BadInput{"StoreEmpty", minimal_but("/tmp/registry.db", ""), 1, "store: expected one value"},
        BadInput{"WorkersNoNumber", minimal_with("workers: many\n"), 8,
                 "workers: expected a whole number from 0 to 1024, got 'many'"},
        BadInput{"WorkersNegative", minimal_with("workers: -1\n"), 8, "got '-1'"},
        BadInput{"WorkersTooMany", minimal_with("workers: 1025\n"), 8, "got '1025'"},
        BadInput{"WorkersHuge", minimal_with("workers: 99999999999999999999\n"), 8, "workers"},
        BadInput{"WorkersFraction", minimal_with("workers: 1.5\n"), 8, "got '1.5'"},
        BadInput{"LogLevel", minimal_with("log: { level: loud }\n"), 8, "got 'loud'"},
        BadInput{"SocketTooLong",
                 minimal_with("control: { socket: /" + std::string(107, 'x') + " }\n"), 8,
                 "control.socket: expected 1 to 107 bytes"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    OuterDoorAndOffenders, BadInputTest,
    testing::Values(
        BadInput{"Mode", door("mode: sometimes"), 9,
                 "expected off, observe or enforce, got 'sometimes'"},
        BadInput{"ModeNearMiss", door("mode: obsreve"), 9, "did you mean 'observe'?"},
        BadInput{"Attach", door("attach: glue"), 9,
                 "expected auto, native, dispatcher or tc, got 'glue'"},
        BadInput{"Priority", door("priority: 65536"), 9, "65535"},
        BadInput{"RequiredNoFlag", door("required: yes"), 9, "expected true or false, got 'yes'"},
        BadInput{"RequiredWithoutInterface", door("required: true"), 8, "no interface is named"},
        BadInput{"InterfaceName", door("interfaces: [eth0, a/b]"), 9,
                 "interfaces[1]: expected the name"},
        BadInput{"InterfaceTwice", door("interfaces: [e, e]"), 9, "'e' is in the list already"},
        BadInput{"InterfacesNoList", door("interfaces: eth0"), 9, "expected a list, got 'eth0'"},
        BadInput{"PinDirectoryRelative", door("pin_directory: bpf"), 9, "a path from the root"},
        BadInput{"CapacityZero", door("capacity: { sources: 0 }"), 9, "capacity.sources: expected"},
        BadInput{"CapacityHuge", door("capacity: { key_slots: 16777217 }"), 9, "to 16777216"},
        BadInput{"DeniedKeysZero", door("capacity: { denied_keys: 0 }"), 9,
                 "from 1 to 16777216, got '0'"},
        BadInput{"TooManyResets", door("resets_per_second: 1000001"), 9, "from 0 to 1000000"},
        BadInput{"RingNoPowerOfTwo", door("events: { ring_bytes: 5000 }"), 9,
                 "events.ring_bytes: expected a power of two, such as 1048576, got '5000'"},
        BadInput{"RingTooSmall", door("events: { ring_bytes: 2048 }"), 9, "4096 to 1073741824"},
        BadInput{"WindowNoDuration", offenders("window: ten"), 9, "got 'ten'"},
        BadInput{"WindowNoUnit", offenders("window: 10"), 9, "a duration such as 500ms"},
        BadInput{"WindowNegative", offenders("window: -1s"), 9, "got '-1s'"},
        BadInput{"WindowTooShort", offenders("window: 1ms"), 9, "expected 1s to 24h, got '1ms'"},
        BadInput{"WindowOverflow", offenders("window: 9999999999999999999h"), 9, "a duration"},
        BadInput{"BanLongerThanMost", offenders("ban: 2h"), 8, "ban is longer than max_ban"},
        BadInput{"ExemptLength", offenders("exempt: [10.0.0.0/99]"), 9, "got '10.0.0.0/99'"},
        BadInput{"ExemptHostBits", offenders("exempt: [10.0.0.1/8]"), 9, "exempt[0]"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Services, BadInputTest,
    testing::Values(
        BadInput{"ListenPort", minimal_but("0.0.0.0:8443", "0.0.0.0:99999"), 4,
                 "got '0.0.0.0:99999'"},
        BadInput{"ListenPortZero", minimal_but("0.0.0.0:8443", "0.0.0.0:0"), 4, "listen"},
        BadInput{"ListenHostName", minimal_but("0.0.0.0:8443", "example.net:443"), 4,
                 "example.net"},
        BadInput{"ListenNoPort", minimal_but("0.0.0.0:8443", "0.0.0.0"), 4,
                 "an address and a port"},
        BadInput{"ListenBareIpv6", minimal_but("0.0.0.0:8443", "2001:db8::1:443"), 4, "listen"},
        BadInput{"UpstreamEverywhere", minimal_but("127.0.0.1:9000", "0.0.0.0:9000"), 6,
                 "an address of its own"},
        BadInput{"UpstreamIsItself", minimal_but("0.0.0.0:8443", "127.0.0.1:9000"), 3,
                 "the upstream 127.0.0.1:9000 is the service itself"},
        BadInput{"NoName", minimal_but("name: api\n    listen", "listen"), 3,
                 "missing field 'name'"},
        BadInput{"NoListen", minimal_but("    listen: 0.0.0.0:8443\n", ""), 3,
                 "services[0]: missing field 'listen'"},
        BadInput{"NoTls",
                 minimal_but("    tls: { certificate: cert.pem, private_key: key.pem }\n", ""), 3,
                 "services[0]: missing field 'tls'"},
        BadInput{"Http2OfACleartextService",
                 minimal_but("tls: { certificate: cert.pem, private_key: key.pem }",
                             "kind: cleartext\n    http2: true"),
                 6, "services[0].http2: a cleartext service speaks HTTP/1.1 alone"},
        BadInput{"TlsOfNoCertificate",
                 minimal_but("{ certificate: cert.pem, private_key: key.pem }", "[]"), 5, "tls"},
        BadInput{"TlsHalfOfTheSecond",
                 minimal_but("{ certificate: cert.pem, private_key: key.pem }",
                             "[{ certificate: a, private_key: b }, { certificate: c }]"),
                 5, "tls[1]: missing field 'private_key'"},
        BadInput{"TlsOfACleartextService", service("kind: cleartext"), 5,
                 "services[0].tls: a cleartext service speaks no TLS: remove this"},
        BadInput{"Kind",
                 minimal_but("tls: { certificate: cert.pem, private_key: key.pem }", "kind: tsl"),
                 5, "services[0].kind: expected tls or cleartext, got 'tsl'"},
        BadInput{"Http2NoFlag", service("http2: h2"), 8, "expected true or false, got 'h2'"},
        BadInput{"NoStreams", service("limits: { streams: 0 }"), 8, "limits.streams"},
        BadInput{"UdpNoFlag", service("udp: 443"), 8, "expected true or false, got '443'"},
        BadInput{"OnCondemned", service("on_condemned: rst"), 8,
                 "on_condemned: expected drop or reset, got 'rst'"},
        BadInput{"NoPrivateKey", minimal_but(", private_key: key.pem", ""), 5,
                 "tls: missing field 'private_key'"},
        BadInput{"Name", minimal_but("api", "a b"), 3, "got 'a b'"},
        BadInput{"NameTwice",
                 service("\n  - name: api\n    listen: 127.0.0.1:2\n" + kSecondService), 9,
                 "services[1]: the name 'api' is taken by line 3"},
        BadInput{"EndpointTwice",
                 service("\n  - name: b\n    listen: 0.0.0.0:8443\n" + kSecondService), 10,
                 "line 4 listens on 0.0.0.0:8443 already"},
        BadInput{"EveryAddressTwice",
                 service("\n  - name: b\n    listen: '[::]:8443'\n" + kSecondService), 10,
                 "line 4 listens on [::]:8443 already"},
        BadInput{"UpgradeNoToken", service("upgrades: [a b]"), 8, "upgrades[0]"},
        BadInput{"UpgradeToH2c", service("upgrades: [websocket, H2C]"), 8, "past the checks"},
        BadInput{"UpgradeToHttp", service("upgrades: [HTTP/2.0]"), 8, "upgrades[0]"},
        BadInput{"KeyHeaderNoToken", minimal_but("[Authorization]", "[a b]"), 7, "key_headers[0]"},
        BadInput{"KeyHeaderFrames", minimal_but("[Authorization]", "[Host]"), 7,
                 "frames the message"},
        BadInput{"KeyHeaderTwice", minimal_but("[Authorization]", "[X-K, x-k]"), 7,
                 "'x-k' is in the list"},
        BadInput{"KeyHeadersEmpty", minimal_but("[Authorization]", "[]"), 7, "it takes 1 to 8"},
        BadInput{"ForwardBothInOne", service("forward: { user_header: X-A, tenant_header: x-a }"),
                 8, "can't both go into"},
        BadInput{"ClaimNoToken", service("claims: { user_header: 'a:b' }"), 8, "got 'a:b'"},
        BadInput{"TooManyHeaders", service("limits: { headers: 129 }"), 8,
                 "from 1 to 128, got '129'"},
        BadInput{"TimeoutZero", service("limits: { head_timeout: 0s }"), 8, "expected 1ms to 24h"}),
    name_of);

TEST(ConfigErrorsTest, EveryErrorOfTheFileIsReportedAtOnceByLine) {
  const auto parsed = parse_config(
      "workers: many\n"
      "log: { level: loud }\n"
      "services:\n"
      "  - name: a\n"
      "    listen: nowhere\n"
      "    limits: { headers: 0 }\n"
      "  - listen: 127.0.0.1:0\n"
      "outer_door: { mode: sometimes, atach: tc }\n");

  std::vector<int> lines;
  for (const auto& error : parsed.errors) lines.push_back(error.line);
  // No store · workers · level · of service a: tls, upstream, listen, headers · of the other:
  // name, tls, upstream, listen · mode and the unknown field.
  EXPECT_EQ(lines, (std::vector<int>{1, 1, 2, 4, 4, 5, 6, 7, 7, 7, 7, 8, 8})) << shown(parsed);
}

TEST(ConfigErrorsTest, WhatTheFileSaysIsRepeatedWithoutControlCharactersAndNotAtLength) {
  const auto escape = parse_config(minimal_with("workers: \"\\e[2J\"\n"));
  ASSERT_EQ(escape.errors.size(), 1U);
  EXPECT_EQ(escape.errors[0].message.find('\x1b'), std::string::npos);

  const auto lengthy = parse_config(minimal_with("workers: " + std::string(9000, 'x') + "\n"));
  ASSERT_EQ(lengthy.errors.size(), 1U);
  EXPECT_LT(lengthy.errors[0].message.size(), 200U);
}

}  // namespace
}  // namespace sallyport::test
