// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include "tests/support/loaded_filter.hpp"

namespace sallyport::test {

/// A fixture with the real object in the kernel, which `arrange` fills. `Base` is testing::Test or
/// a TestWithParam. Skips for a missing privilege alone: a verifier's refusal is a failure.
template <class Base>
class FilterFixture : public Base {
 protected:
  void SetUp() final {
    const auto& error = filter_.error();
    if (error && error->code == Errc::kDenied) GTEST_SKIP() << error->message;
    ASSERT_FALSE(error) << to_string(*error);
    arrange();
  }
  virtual void arrange() = 0;

  LoadedFilter filter_;
};

}  // namespace sallyport::test
