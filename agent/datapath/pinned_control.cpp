// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/pinned_control.hpp"

#include <bpf/bpf.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "agent/base/unique_fd.hpp"

namespace sallyport {

std::optional<sp_control> read_pinned_control(const std::string& maps) {
  const UniqueFd pinned(bpf_obj_get((maps + "/sp_control").c_str()));
  bpf_map_info info{};
  __u32 length = sizeof info;
  if (!pinned || bpf_obj_get_info_by_fd(pinned.get(), &info, &length) != 0) return std::nullopt;
  std::vector<char> bytes(info.value_size);
  const __u32 zero = 0;
  if (info.key_size != sizeof zero || bpf_map_lookup_elem(pinned.get(), &zero, bytes.data()) != 0) {
    return std::nullopt;
  }
  sp_control row{};
  std::memcpy(&row, bytes.data(), std::min(sizeof row, bytes.size()));
  return row;
}

}  // namespace sallyport
