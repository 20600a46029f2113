// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sallyport {

/// What one of them has done. At most `uncertain` of the requests (and none that is not among them)
/// may be of others, whose place it took.
struct TopCount {
  std::uint64_t requests = 0;
  std::uint64_t refused = 0;
  std::uint64_t uncertain = 0;
};

/// Who comes most often, in bounded memory: the Space-Saving sketch (Metwally, Agrawal and El
/// Abbadi, 2005). Whoever makes more than one in `kPlaces` of all requests is in it for certain.
///
/// Pure state; confined to whoever holds it. `Id` is small, and compared by ==.
template <class Id, std::size_t kPlaces = 128>
class TopTable {
 public:
  struct Row {
    Id id{};
    TopCount count;
  };

  void add(const Id& id, bool is_refused) noexcept {
    TopCount& count = place_of(id);
    ++count.requests;
    count.refused += is_refused ? 1 : 0;
  }

  void clear() noexcept { used_ = 0; }

  /// Adds another table's rows to `rows`, those of one id into one.
  void add_to(std::vector<Row>& rows) const {
    for (std::size_t i = 0; i < used_; ++i) {
      auto row =
          std::find_if(rows.begin(), rows.end(), [&](const Row& one) { return one.id == ids_[i]; });
      if (row == rows.end()) row = rows.insert(rows.end(), Row{ids_[i], {}});
      row->count.requests += counts_[i].requests;
      row->count.refused += counts_[i].refused;
      row->count.uncertain += counts_[i].uncertain;
    }
  }

 private:
  // A newcomer takes the place of the least, with its count: so nobody is ever underrated.
  TopCount& place_of(const Id& id) noexcept {
    const auto end = ids_.begin() + static_cast<std::ptrdiff_t>(used_);
    const auto known = std::find(ids_.begin(), end, id);
    if (known != end) return counts_[static_cast<std::size_t>(known - ids_.begin())];
    if (used_ < kPlaces) {
      ids_[used_] = id;
      return counts_[used_++] = {};
    }
    const auto least =
        std::min_element(counts_.begin(), counts_.end(),
                         [](const auto& a, const auto& b) { return a.requests < b.requests; });
    ids_[static_cast<std::size_t>(least - counts_.begin())] = id;
    *least = {.requests = least->requests, .refused = 0, .uncertain = least->requests};
    return *least;
  }

  std::array<Id, kPlaces> ids_{};
  std::array<TopCount, kPlaces> counts_{};
  std::size_t used_ = 0;
};

/// The first `most` of the rows, those with the most requests first.
template <class Row>
void keep_top(std::vector<Row>& rows, std::size_t most) {
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.count.requests > b.count.requests; });
  if (rows.size() > most) rows.resize(most);
}

}  // namespace sallyport
