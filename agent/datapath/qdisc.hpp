// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sallyport {

/// Whether fq (tc-fq(8)) sends what leaves by the interface: at its root, or below mq on every
/// queue. It alone keeps to departure times. False also where the kernel does not say.
[[nodiscard]] bool departs_by_fq(unsigned interface_index);

}  // namespace sallyport
