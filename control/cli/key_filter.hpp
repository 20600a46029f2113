// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sallyport/control/v1/control.pb.h>

#include <vector>

#include "control/cli/command.hpp"

namespace sallyport {

/// Which keys are meant: what `key list` and `export` take.
[[nodiscard]] std::vector<Parameter> key_filter_options();

/// Of these, and of --limit and --after where the command has them.
[[nodiscard]] Result<control::v1::ListKeysRequest> key_list_request(const Invocation& invocation);

}  // namespace sallyport
