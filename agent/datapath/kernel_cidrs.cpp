// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/kernel_cidrs.hpp"

#include <bpf/bpf.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

namespace sallyport {
namespace {

constexpr __u32 kCidrFlags = SP_HAVE_CIDRS | SP_HAVE_V6_CIDRS | SP_SECOND_CIDRS;

Result<UniqueFd> make_trie(const std::vector<CidrTrieRow>& rows) {
  LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC);
  UniqueFd trie(bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, "sp_cidr_trie", sizeof(sp_cidr_key),
                               sizeof(sp_cidr_state), std::max(1U, static_cast<__u32>(rows.size())),
                               &options));
  if (!trie) {
    return system_failure(errno, "a table for " + std::to_string(rows.size()) + " prefixes");
  }
  for (const auto& row : rows) {
    if (bpf_map_update_elem(trie.get(), &row.key, &row.state, BPF_ANY) != 0) {
      return system_failure(errno, "a prefix in the kernel's table of prefixes");
    }
  }
  return trie;
}

}  // namespace

Result<void> KernelCidrs::replace(std::span<const CidrRule> rules) {
  const std::scoped_lock guard(lock_);
  if (rules.empty() && !control_.has(SP_HAVE_CIDRS)) return {};
  const bool was_second = control_.has(SP_SECOND_CIDRS);
  const __u32 list = was_second ? 0 : 1;
  __u32 flags = list == 1 ? SP_SECOND_CIDRS : 0;
  auto done = make(rules, list, flags);
  if (done) done = control_.turn(kCidrFlags, flags);
  if (!done) {
    (void)control_.turn(kCidrFlags, was_second ? SP_SECOND_CIDRS : 0);
    size_ = 0;
    return done;
  }
  size_ = rules.size();
  const __u32 old = was_second ? 1 : 0;
  (void)bpf_map_delete_elem(tries_fd_, &old);  // its memory; absent when there was none
  return {};
}

// The blocks alone, which the programs read by mapped memory as we do.
bool KernelCidrs::holds(std::span<const CidrRule> rules) const {
  if (rules.empty()) return !control_.has(SP_HAVE_CIDRS);
  std::vector<__u64> wanted(SP_CIDR_WORDS);
  (void)write_cidr_blocks(rules, wanted);
  const std::size_t list = control_.has(SP_SECOND_CIDRS) ? 1 : 0;
  const auto found = blocks_.subspan(list * SP_CIDR_WORDS, SP_CIDR_WORDS);
  return control_.has(SP_HAVE_CIDRS) && std::equal(wanted.begin(), wanted.end(), found.begin());
}

Result<void> KernelCidrs::make(std::span<const CidrRule> rules, __u32 list, __u32& flags) {
  // Nobody may still be reading these blocks from the time when they were in force.
  auto empty = make_trie({});
  if (!empty) return empty.error();
  if (auto placed = place(*empty, list); !placed) return placed;
  const auto rows =
      write_cidr_blocks(rules, blocks_.subspan(std::size_t{list} * SP_CIDR_WORDS, SP_CIDR_WORDS));
  auto trie = make_trie(rows);
  if (!trie) return trie.error();
  if (auto placed = place(*trie, list); !placed) return placed;
  if (!rules.empty()) flags |= SP_HAVE_CIDRS;
  const bool has_v6 = std::any_of(rules.begin(), rules.end(),
                                  [](const CidrRule& rule) { return !is_v4(rule.prefix); });
  if (has_v6) flags |= SP_HAVE_V6_CIDRS;
  return {};
}

// The kernel returns from an update of such a map only after a grace period (synchronize_rcu in
// maybe_wait_bpf_programs, kernel/bpf/syscall.c).
Result<void> KernelCidrs::place(const UniqueFd& trie, __u32 list) {
  const int fd = trie.get();
  if (bpf_map_update_elem(tries_fd_, &list, &fd, BPF_ANY) == 0) return {};
  return system_failure(errno, "the kernel's map of prefix tables");
}

}  // namespace sallyport
