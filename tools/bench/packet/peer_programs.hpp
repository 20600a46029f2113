// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "agent/base/result.hpp"
#include "tools/bench/packet/options.hpp"
#include "tools/bench/packet/subject.hpp"

namespace sallyport::bench {

/// An empty program on `options.interface`, by XDP natively or at TC ingress; off it again when
/// destroyed.
[[nodiscard]] Result<std::unique_ptr<Subject>> attach_peer(const Options& options);

/// An empty XDP program, or somebody else's that is loaded already; attached nowhere by us.
[[nodiscard]] Result<std::unique_ptr<Subject>> load_peer(const Options& options);

}  // namespace sallyport::bench
