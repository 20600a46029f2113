// SPDX-License-Identifier: Apache-2.0
// Any text is either a configuration or a list of errors that can be shown, and always the same.
#include <algorithm>

#include "agent/config/config.hpp"
#include "tests/fuzz/require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport::test;
  const std::string_view text = text_of(data, size);
  const auto lines =
      std::count_if(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; });
  const sallyport::ParsedConfig parsed = sallyport::parse_config(text);
  int before = 0;
  for (const sallyport::ConfigError& error : parsed.errors) {
    require(!error.message.empty(), "an error says something");
    require(error.line >= 0, "a line is a line");
    require(std::none_of(error.message.begin(), error.message.end(),
                         [](char c) { return static_cast<unsigned char>(c) < 0x20; }),
            "a message is one line without control characters");
    before = std::max(before, error.line);
  }
  require(before <= lines + 2, "an error is in the file");
  if (parsed.errors.empty()) {
    require(!parsed.config.services.empty(), "a configuration has a service");
    for (const auto& service : parsed.config.services) {
      require(!service.name.empty() && service.listen.port != 0, "a service has name and port");
    }
  }
  return 0;
}
