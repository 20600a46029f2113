// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <fstream>

#include "tests/unit/terminator/terminator_fixture.hpp"

namespace sallyport::test {
namespace {

class Opening : public TerminatorTest {
 protected:
  Failure open_failing() {
    const std::uint16_t ids[] = {kServiceId};
    auto opened = Terminator::open({service}, ids, 1, index, edge);
    EXPECT_FALSE(opened);
    return opened ? Failure{} : opened.error();
  }
  std::string write_file(const std::string& name, const std::string& text) {
    std::ofstream(directory.file(name)) << text;
    return directory.file(name);
  }
};

TEST_F(Opening, TellsWhoMayHaveThePort) {
  start();
  const Failure failed = open_failing();
  const std::string port = std::to_string(service.listen.port);
  EXPECT_NE(failed.message.find("127.0.0.1:" + port), std::string::npos) << failed.message;
  EXPECT_NE(failed.remedy.find("ss -ltnp"), std::string::npos);
}

TEST_F(Opening, TellsOfAnAddressThatIsNotOfThisHost) {
  service.listen.address = *Address::parse("192.0.2.77");
  EXPECT_NE(open_failing().message.find("192.0.2.77"), std::string::npos);
}

TEST_F(Opening, TellsOfAnAbsentCertificate) {
  service.tls[0].certificate_file = directory.file("absent.pem");
  const Failure failed = open_failing();
  EXPECT_NE(failed.message.find("absent.pem"), std::string::npos);
  EXPECT_NE(failed.message.find("No such file"), std::string::npos) << failed.message;
}

TEST_F(Opening, TellsOfAnAbsentPrivateKey) {
  service.tls[0].private_key_file = directory.file("absent.key");
  EXPECT_NE(open_failing().message.find("private key"), std::string::npos);
}

TEST_F(Opening, TellsOfFilesThatAreNoPem) {
  const auto good = service.tls;
  service.tls[0].certificate_file = write_file("text.pem", "not PEM\n");
  EXPECT_NE(open_failing().message.find("no usable PEM certificate"), std::string::npos);
  service.tls = good;
  service.tls[0].private_key_file = write_file("text.key", "not PEM\n");
  EXPECT_NE(open_failing().message.find("no usable PEM private key"), std::string::npos);
}

TEST_F(Opening, TellsOfAPrivateKeyOfAnotherCertificate) {
  service.tls[0].private_key_file = write_certificate(directory, "other").private_key_file;
  EXPECT_NE(open_failing().message.find("is not the private key of"), std::string::npos);
}

TEST_F(Opening, ServesIpv6AndIpv4OnTheWildcard) {
  service.listen.address = Address{};
  start();
  TlsClient client(service.listen.port);
  ASSERT_EQ(client.ask(get("/", "key-bob"))->status, 200);
  EXPECT_EQ(edge.observations().front().source.to_string(), "127.0.0.1");
}

TEST_F(Opening, EndsWithoutEverHavingStarted) {
  const std::uint16_t ids[] = {kServiceId};
  auto opened = Terminator::open({service}, ids, 2, index, edge);
  ASSERT_TRUE(opened);
  KeyEntry* const keys[] = {&bob};
  EXPECT_EQ((*opened)->cut(keys), 0u);
}

}  // namespace
}  // namespace sallyport::test
