// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/libbpf_log.hpp"

#include <bpf/libbpf.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>

namespace sallyport {
namespace {

constexpr std::size_t kKept = 65536;  // a verifier log may be long; its end says why
constexpr std::size_t kShown = 600;

thread_local std::string* current = nullptr;

int keep(libbpf_print_level level, const char* format, va_list arguments) {
  if (level != LIBBPF_WARN || current == nullptr) return 0;
  char line[4096];
  const int length = std::vsnprintf(line, sizeof line, format, arguments);
  if (length <= 0) return 0;
  current->append(line, std::min<std::size_t>(static_cast<std::size_t>(length), sizeof line - 1));
  if (current->size() > kKept) current->erase(0, current->size() - kKept);
  return length;
}

}  // namespace

LibbpfLog::LibbpfLog() {
  current = &lines_;
  libbpf_set_print(keep);
}

LibbpfLog::~LibbpfLog() {
  current = nullptr;
}

std::string LibbpfLog::tail() const {
  std::string text = lines_.size() > kShown ? lines_.substr(lines_.size() - kShown) : lines_;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::string joined;
  for (const char c : text) {
    if (c == '\n') {
      joined += "; ";
    } else {
      joined += c;
    }
  }
  return joined;
}

}  // namespace sallyport
