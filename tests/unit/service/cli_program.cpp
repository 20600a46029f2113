// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/service/cli_program.hpp"

namespace sallyport::test {

const char* cli_program() noexcept {
  return SALLYPORT_CLI;
}

}  // namespace sallyport::test
