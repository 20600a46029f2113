// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"

namespace sallyport {

/// Goes through a YAML file without keeping it: what is met is told by its path, with `[]` for
/// every element of a list: "/consumers/[]/username".
class YamlVisitor {
 public:
  virtual ~YamlVisitor() = default;
  virtual void on_scalar(const std::string& path, const std::string& value, std::uint64_t line) = 0;
  /// A map or a list ends.
  virtual void on_end(const std::string& path) = 0;
  /// Something that can't be read is left out.
  virtual void on_fault(std::uint64_t line, const Failure& why) = 0;
};

/// The parts of a file, which are wiped as they are read and at the end.
class YamlText {
 public:
  YamlText() = default;
  ~YamlText();
  YamlText(const YamlText&) = delete;
  YamlText& operator=(const YamlText&) = delete;

  void add(std::string_view part) { parts_.emplace_back(part); }
  /// Once.
  void walk(YamlVisitor& visitor);

 private:
  std::vector<std::string> parts_;
};

}  // namespace sallyport
