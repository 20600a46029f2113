// SPDX-License-Identifier: Apache-2.0
#include "agent/base/time_text.hpp"

#include <ctime>

namespace sallyport {

std::string show_time(UnixSeconds moment) {
  if (moment == 0) return "never";
  const std::time_t time = moment;
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%SZ", &parts);
  return text;
}

}  // namespace sallyport
