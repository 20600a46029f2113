// SPDX-License-Identifier: Apache-2.0
// Somebody writes our tables behind our back, and they are mended.
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <netinet/in.h>

#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "bpf/abi/cidr.h"
#include "bpf/abi/control.h"
#include "bpf/abi/line.h"
#include "sallyport.skel.h"
#include "tests/support/kernel_tables_fixture.hpp"

namespace sallyport::test {
namespace {

class RepairTest : public KernelTablesFixture {
 protected:
  auto& maps() { return object_->skeleton().maps; }

  static sp_service_key service_on(const std::string& address) {
    sp_service_key key{};
    if (!address.empty()) key.local_address = Address::parse(address).value().to_abi();
    key.local_port = htons(443);
    key.protocol = IPPROTO_TCP;
    return key;
  }
  static sp_source_state ban() {
    sp_source_state state{};
    state.expires_ns = SP_NEVER;
    state.verdict = SP_DROP_SOURCE_BANNED;
    return state;
  }
};

TEST_F(RepairTest, ControlRowIsWrittenAgain) {
  ASSERT_TRUE(tables_->set_pace(7, 8));
  EXPECT_EQ(tables_->repair().value(), 0U);
  const __u32 zero = 0;
  const sp_control blank{};
  const int fd = bpf_map__fd(maps().sp_control);
  ASSERT_EQ(bpf_map_update_elem(fd, &zero, &blank, BPF_ANY), 0);
  EXPECT_EQ(tables_->repair().value(), 1U);
  sp_control row{};
  ASSERT_EQ(bpf_map_lookup_elem(fd, &zero, &row), 0);
  EXPECT_EQ(row.abi_version, static_cast<__u32>(SP_ABI_VERSION));
  EXPECT_EQ(row.pace_cost_ns, 7U);
  EXPECT_NE(row.flags & SP_HAVE_CONNECTIONS, 0U);
  EXPECT_EQ(tables_->repair().value(), 0U);
}

TEST_F(RepairTest, ServicesAreDeclaredAgain) {
  auto& services = tables_->services();
  const sp_service enforced{.id = 3, .traits = 0, .mode = SP_MODE_ENFORCE};
  ASSERT_TRUE(services.put(service_on(""), enforced));
  ASSERT_TRUE(
      services.put(service_on("192.0.2.1"), {.id = 4, .traits = 0, .mode = SP_MODE_ENFORCE}));
  EXPECT_EQ(services.repair().value(), 0U);

  const auto exact = service_on("192.0.2.1");
  ASSERT_EQ(bpf_map_delete_elem(bpf_map__fd(maps().sp_services), &exact), 0);
  EXPECT_EQ(services.repair().value(), 1U);
  const __u32 port = 443;
  const sp_service_port none{};
  ASSERT_EQ(bpf_map_update_elem(bpf_map__fd(maps().sp_service_ports), &port, &none, BPF_ANY), 0);
  EXPECT_EQ(services.repair().value(), 2U) << "both are found by that row";
  sp_service_port found{};
  ASSERT_EQ(bpf_map_lookup_elem(bpf_map__fd(maps().sp_service_ports), &port, &found), 0);
  EXPECT_EQ(found.any.id, 3U);
  EXPECT_EQ(found.has_exact, 1U);
}

TEST_F(RepairTest, LinesSayWhatTheMapOfSourcesSays) {
  auto& sources = tables_->sources();
  for (const auto* text : {"192.0.2.7", "192.0.2.8", "2001:db8::"}) {
    ASSERT_TRUE(sources.put(Address::parse(text).value(), ban()));
  }
  EXPECT_EQ(sources.repair().value(), 0U);
  const int lines = bpf_map__fd(maps().sp_source_lines);
  const sp_line blank{};
  for (__u32 line = 0; line < bpf_map__max_entries(maps().sp_source_lines); ++line) {
    ASSERT_EQ(bpf_map_update_elem(lines, &line, &blank, BPF_ANY), 0);
  }
  EXPECT_EQ(sources.repair().value(), 3U);
  EXPECT_EQ(sources.repair().value(), 0U);

  // A row of nobody's in the lines goes.
  const sp_address gone = Address::parse("192.0.2.8").value().to_abi();
  ASSERT_EQ(bpf_map_delete_elem(bpf_map__fd(maps().sp_sources), &gone), 0);
  EXPECT_EQ(sources.repair().value(), 1U);
  EXPECT_EQ(sources.repair().value(), 0U);
}

TEST_F(RepairTest, ListOfPrefixesIsKnownToBeWhole) {
  auto& cidrs = tables_->cidrs();
  const std::vector<CidrRule> rules = {{Cidr::parse("198.51.100.0/24").value(), CidrAction::kDeny}};
  EXPECT_TRUE(cidrs.holds({}));
  EXPECT_FALSE(cidrs.holds(rules));
  ASSERT_TRUE(cidrs.replace(rules));
  EXPECT_TRUE(cidrs.holds(rules));
  const int blocks = bpf_map__fd(maps().sp_cidr_blocks);
  const __u64 nothing = 0;
  for (const __u32 list : {0U, 1U}) {
    const auto word = static_cast<__u32>(list * SP_CIDR_WORDS + sp_cidr_word_of(0xc63364));
    ASSERT_EQ(bpf_map_update_elem(blocks, &word, &nothing, BPF_ANY), 0);
  }
  EXPECT_FALSE(cidrs.holds(rules));
  ASSERT_TRUE(cidrs.replace(rules));
  EXPECT_TRUE(cidrs.holds(rules));
}

}  // namespace
}  // namespace sallyport::test
