// SPDX-License-Identifier: Apache-2.0
#include "agent/app/options.hpp"

int main(int argc, char** argv) {
  return sallyport::run_agent(sallyport::parse_options(argc, argv));
}
