// SPDX-License-Identifier: Apache-2.0
// Which certificate a client is shown, and how they are renewed.
#include <fstream>

#include "agent/terminator/server_names.hpp"
#include "tests/unit/terminator/terminator_fixture.hpp"

namespace sallyport::test {
namespace {

TEST(ServerNamesTest, FindsNamesAndWildcardsInAnyCase) {
  ServerNames names;
  names.add("api.example", 0);
  names.add("*.Example", 1);
  names.add("*.shop.example", 2);
  names.add("api.example", 3);  // has an owner
  EXPECT_EQ(names.find("api.example"), 0u);
  EXPECT_EQ(names.find("API.Example."), 0u);
  EXPECT_EQ(names.find("www.example"), 1u);
  EXPECT_EQ(names.find("a.shop.example"), 2u);
  EXPECT_EQ(names.find("shop.example"), 1u);
  EXPECT_EQ(names.find("a.b.shop.example"), std::nullopt) << "a wildcard is one label";
  EXPECT_EQ(names.find("example"), std::nullopt);
  EXPECT_EQ(names.find(".example"), std::nullopt) << "and not an empty one";
  EXPECT_EQ(names.find(""), std::nullopt);
  EXPECT_EQ(names.find("."), std::nullopt);
  EXPECT_EQ(names.find("*.example"), 1u);
  EXPECT_EQ(names.find(std::string(255, 'a') + ".example"), std::nullopt);
  EXPECT_EQ(names.find(std::string(247, 'a') + ".example"), 1u);
}

class Certificates : public TerminatorTest {
 protected:
  [[nodiscard]] long shown_for(const std::string& host, const char* signatures = nullptr) const {
    return TlsClient(service.listen.port, Hello{.host = host, .signatures = signatures})
        .certificate();
  }
  CertificateFiles write(const std::string& name, const CertificateForm& form) {
    return write_certificate(directory, name, form);
  }
};

TEST_F(Certificates, AreChosenByTheHostThatTheClientNames) {
  service.tls = {write("a", {.names = "DNS:api.example", .serial = 11}),
                 write("b", {.names = "DNS:*.shop.example,DNS:shop.example", .serial = 12}),
                 write("c", {.names = "DNS:old.example", .serial = 13})};
  start(2);
  EXPECT_EQ(shown_for("api.example"), 11);
  EXPECT_EQ(shown_for("eu.shop.example"), 12);
  EXPECT_EQ(shown_for("shop.example"), 12);
  EXPECT_EQ(shown_for("old.example"), 13);
  EXPECT_EQ(shown_for("else.example"), 11) << "the first is for all others";
  EXPECT_EQ(shown_for(""), 11);
  TlsClient client(service.listen.port,
                   Hello{.protocols = "\x02h2\x08http/1.1", .host = "shop.example"});
  EXPECT_EQ(client.protocol(), "h2") << "whichever certificate, all else is the same";
  TlsClient plain(service.listen.port, Hello{.host = "old.example"});
  EXPECT_EQ(plain.ask(get("/", "key-bob"))->body, "hello");
}

TEST_F(Certificates, OfTwoForOneHostTheClientIsShownTheOneItUnderstands) {
  service.tls = {write("ec", {.names = "DNS:api.example", .serial = 21}),
                 write("rsa", {.names = "DNS:api.example", .serial = 22, .is_rsa = true})};
  start();
  EXPECT_EQ(shown_for("api.example", "ECDSA+SHA256"), 21);
  EXPECT_EQ(shown_for("api.example", "RSA-PSS+SHA256:RSA+SHA256"), 22);
  EXPECT_EQ(shown_for("", "RSA-PSS+SHA256:RSA+SHA256"), 22);
}

TEST_F(Certificates, AreRenewedUnderLiveConnections) {
  service.tls = {write("a", {.names = "DNS:api.example", .serial = 31}),
                 write("b", {.names = "DNS:b.example", .serial = 32, .seconds = 7200})};
  start(2);
  const UnixSeconds ends = terminator->certificates().at(0).expires_at;
  EXPECT_NEAR(static_cast<double>(ends), static_cast<double>(unix_now() + 7200), 60.0)
      << "the first of them to end";
  TlsClient before(service.listen.port, Hello{.host = "b.example"});
  ASSERT_EQ(before.ask(get("/", "key-bob"))->body, "hello");

  (void)write("a", {.names = "DNS:api.example", .serial = 41});
  (void)write("b", {.names = "DNS:new.example", .serial = 42, .is_rsa = true});
  EXPECT_EQ(shown_for("api.example"), 31) << "nobody has asked for it yet";
  ASSERT_TRUE(terminator->renew_certificates());
  EXPECT_EQ(shown_for("api.example"), 41);
  EXPECT_EQ(shown_for("new.example"), 42);
  EXPECT_EQ(shown_for("b.example"), 41);
  EXPECT_GT(terminator->certificates().at(0).expires_at, ends);
  EXPECT_EQ(before.ask(get("/", "key-bob"))->body, "hello");
  EXPECT_EQ(before.certificate(), 32);
}

TEST_F(Certificates, StayWhereTheNewOnesCantBeUsed) {
  service.tls = {write("a", {.names = "DNS:api.example", .serial = 51}),
                 write("b", {.names = "DNS:b.example", .serial = 52})};
  start();
  (void)write("a", {.names = "DNS:api.example", .serial = 61});
  std::ofstream(service.tls[1].certificate_file) << "half a file";
  const auto failed = terminator->renew_certificates();
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message.find("b.pem holds no usable PEM"), std::string::npos);
  EXPECT_EQ(shown_for("api.example"), 51) << "all or nothing";
  EXPECT_EQ(shown_for("b.example"), 52);
}

TEST_F(Certificates, ASessionOutlivesTheRenewal) {
  service.tls = {write("a", {.names = "DNS:api.example", .serial = 71}),
                 write("b", {.names = "DNS:b.example", .serial = 72})};
  start(2);
  for (const char* const host : {"api.example", "b.example"}) {
    TlsClient before(service.listen.port, Hello{.host = host});
    ASSERT_EQ(before.ask(get("/", "key-bob"))->status, 200);
    const TlsSession session = before.session();
    ASSERT_TRUE(terminator->renew_certificates());
    TlsClient after(service.listen.port, Hello{.host = host, .session = session.get()});
    EXPECT_TRUE(after.has_resumed()) << host;
    EXPECT_EQ(after.ask(get("/", "key-bob"))->status, 200);
  }
}

}  // namespace
}  // namespace sallyport::test
