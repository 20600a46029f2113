// SPDX-License-Identifier: Apache-2.0
#include "agent/app/revocation_times.hpp"

namespace sallyport {

// Where the kernel did not take it, nothing is told of the kernel: the inner door refuses.
void RevocationTimes::observe(const Receipt& receipt) noexcept {
  until_store.observe(receipt.store_us);
  if (receipt.kernel_done) until_kernel.observe(receipt.store_us + receipt.kernel_us);
  until_terminator.observe(receipt.store_us + receipt.kernel_us + receipt.terminator_us);
}

}  // namespace sallyport
