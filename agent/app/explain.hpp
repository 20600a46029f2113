// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/app/explain_subject.hpp"
#include "agent/app/parts.hpp"
#include "agent/service/explanation.hpp"

namespace sallyport {

/// What both doors would do with the subject now, from the kernel's `rows` and the registry, and
/// why. `service`: of a connection; empty: the one that it is bound for. Control strand.
/// kNotFound: no such key or service; kConflict: the connection is bound for several services.
[[nodiscard]] Result<Explanation> explain(Parts& parts, const Subject& subject,
                                          const std::string& service, const KernelRows& rows);

}  // namespace sallyport
