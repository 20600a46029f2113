// SPDX-License-Identifier: Apache-2.0
#include "control/cli/key_limits.hpp"

namespace sallyport {

std::vector<Parameter> limit_options() {
  using Kind = Parameter::Kind;
  return {
      {Kind::kOption, "--limit", "N/s", "requests a second, or none"},
      {Kind::kOption, "--burst", "N", "requests that may come at once beyond the limit"},
      {Kind::kOption, "--packets", "N/s", "packets a second on its connections, or none"},
      {Kind::kOption, "--packet-burst", "N", "packets that may come at once (a second's worth)"},
      {Kind::kOption, "--bytes", "N/s", "bytes a second that it may send; k, M, G: 3M/s; or none"},
      {Kind::kOption, "--byte-burst", "N", "bytes that may come at once (a second's worth)"},
      {Kind::kOption, "--egress", "N/s", "bytes a second that it is sent; k, M, G: 3M/s; or none"},
  };
}

}  // namespace sallyport
