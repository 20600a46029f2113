// SPDX-License-Identifier: Apache-2.0
// A string is ours, foreign or malformed in one way only; a key of ours is not one any more when
// one character is changed.
#include <string>

#include "agent/base/key_format.hpp"
#include "tests/fuzz/require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport::test;
  using sallyport::form_of;
  using sallyport::KeyForm;
  const std::string_view text = text_of(data, size);
  const Prefix copy(text, text.size());
  const KeyForm form = form_of(copy.view());
  if (size == 0 || size > sallyport::kMaxRawKey) {
    require(form == KeyForm::kMalformed, "what is empty or too long is malformed");
    return 0;
  }
  require((form == KeyForm::kForeign) == !text.starts_with("spk_"), "the prefix makes it ours");
  if (form != KeyForm::kOurs) return 0;
  require(size <= 56, "keys of ours are short");
  for (std::size_t i = 4; i < size; ++i) {
    std::string changed(text);
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    require(form_of(changed) == KeyForm::kMalformed, "one wrong character is found");
  }
  return 0;
}
