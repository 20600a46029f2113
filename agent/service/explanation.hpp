// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace sallyport {

/// What one door would do.
struct DoorAnswer {
  bool passes = true;
  std::string code;  // outer: a verdict's name; inner: a check's code
  std::string text;
};

struct Fact {
  std::string name;
  std::string value;
};

/// What both doors would do now with an address, a key or a connection, and why.
struct Explanation {
  std::string subject;
  std::string kind;  // "address", "key" or "connection"
  DoorAnswer outer;
  DoorAnswer inner;
  std::vector<Fact> facts;  // the evidence, in the order in which it counts
};

}  // namespace sallyport
