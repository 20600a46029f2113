// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sallyport {

/// Whether a program of ours was on the interface before.
enum class AttachOutcome {
  kMade,       // newly attached: undone where a later step fails
  kTakenOver,  // one of ours was there and was replaced without a gap
};

}  // namespace sallyport
