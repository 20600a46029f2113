// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/cidr_blocks.hpp"

#include <algorithm>
#include <optional>

namespace sallyport {
namespace {

constexpr std::uint8_t kBlockLength = 128 - SP_CIDR_BLOCK_SHIFT;
constexpr std::uint32_t kLastAddress = 0xffffffff;

/// In host byte order.
std::uint32_t to_v4(const Address& address) {
  std::uint32_t out = 0;
  for (std::size_t byte = 12; byte < 16; ++byte) out = out << 8 | address.bytes[byte];
  return out;
}

Address from_block(std::uint32_t block) {
  Address out;
  out.bytes[10] = out.bytes[11] = 0xff;
  for (std::size_t byte = 0; byte < 3; ++byte) {
    out.bytes[12 + byte] = static_cast<std::uint8_t>(block >> (16 - 8 * byte));
  }
  return out;
}

sp_cidr kind_of(std::optional<CidrAction> action) {
  if (!action) return SP_CIDR_NONE;
  return *action == CidrAction::kAllow ? SP_CIDR_ALLOW : SP_CIDR_DENY;
}

/// The blocks of one list.
class Blocks {
 public:
  explicit Blocks(std::span<__u64> words) : words_(words) {
    std::fill(words_.begin(), words_.end(), 0);
  }

  void set(std::uint32_t block, sp_cidr kind) {
    __u64& word = words_[sp_cidr_word_of(block)];
    const unsigned shift = sp_cidr_shift_of(block);
    word = (word & ~(3ULL << shift)) | static_cast<__u64>(kind) << shift;
  }

  /// Blocks from `block` up to `end`, which is not one of them.
  void fill(std::uint32_t block, std::uint32_t end, sp_cidr kind) {
    constexpr std::uint32_t kPerWord = 1U << SP_CIDR_WORD_SHIFT;
    constexpr __u64 kEveryBlock = 0x5555555555555555ULL;
    while (block < end) {
      if (block % kPerWord == 0 && end - block >= kPerWord) {
        words_[sp_cidr_word_of(block)] = kEveryBlock * static_cast<unsigned>(kind);
        block += kPerWord;
      } else {
        set(block++, kind);
      }
    }
  }

 private:
  std::span<__u64> words_;
};

/// Writes the runs, and returns the blocks, ascending, that are of several.
std::vector<std::uint32_t> write_runs(std::span<const CidrSet::Run> runs, Blocks& blocks) {
  constexpr std::uint32_t kInBlock = (1U << SP_CIDR_BLOCK_SHIFT) - 1;
  std::vector<std::uint32_t> longer;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::uint32_t first = to_v4(runs[i].first);
    const bool is_last = i + 1 == runs.size();
    const std::uint32_t last = is_last ? kLastAddress : to_v4(runs[i + 1].first) - 1;
    const std::uint32_t whole_from =
        (first >> SP_CIDR_BLOCK_SHIFT) + ((first & kInBlock) != 0 ? 1 : 0);
    const std::uint32_t whole_to =
        (last >> SP_CIDR_BLOCK_SHIFT) + ((last & kInBlock) == kInBlock ? 1 : 0);
    if (whole_from < whole_to) blocks.fill(whole_from, whole_to, kind_of(runs[i].action));
    // Every run but the first ends another one: a block that is divided is divided at its start.
    if ((first & kInBlock) == 0) continue;
    const std::uint32_t block = first >> SP_CIDR_BLOCK_SHIFT;
    if (longer.empty() || longer.back() != block) longer.push_back(block);
  }
  for (const auto block : longer) blocks.set(block, SP_CIDR_LONGER);
  return longer;
}

CidrTrieRow row_of(const Cidr& prefix, std::optional<CidrAction> action) {
  return {{.bits = prefix.length, .base = prefix.base.to_abi()},
          {.kind = static_cast<__u32>(kind_of(action))}};
}

}  // namespace

std::vector<CidrTrieRow> write_cidr_blocks(std::span<const CidrRule> rules,
                                           std::span<__u64> words) {
  Blocks blocks(words);
  const auto longer = write_runs(CidrSet(rules).v4_runs(), blocks);

  std::vector<CidrTrieRow> rows;
  std::vector<CidrRule> around;  // of a block or more: what counts in it where nothing longer does
  for (const auto& rule : rules) {
    const bool is_around = is_v4(rule.prefix) && rule.prefix.length <= kBlockLength;
    if (is_around) {
      around.push_back(rule);
    } else {
      rows.push_back(row_of(rule.prefix, rule.action));
    }
  }
  const CidrSet defaults(around);
  for (const auto block : longer) {
    const Address base = from_block(block);
    rows.push_back(row_of({base, kBlockLength}, defaults.of(base)));
  }
  return rows;
}

}  // namespace sallyport
