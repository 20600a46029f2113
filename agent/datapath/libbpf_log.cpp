// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/libbpf_log.hpp"

#include <bpf/libbpf.h>
#include <xdp/libxdp.h>

#include <cstdarg>
#include <cstdio>

namespace sallyport {
namespace {

constexpr std::size_t kKept = 65536;  // a verifier log may be long; its end says why
constexpr std::size_t kShown = 600;

thread_local std::string* current = nullptr;

int keep(const char* format, va_list arguments) {
  if (current == nullptr) return 0;
  va_list measured;
  va_copy(measured, arguments);
  const int length = std::vsnprintf(nullptr, 0, format, measured);
  va_end(measured);
  if (length <= 0) return 0;
  // A verifier's log comes as one message of up to megabytes, and its end is what matters.
  std::string message(static_cast<std::size_t>(length) + 1, '\0');
  std::vsnprintf(message.data(), message.size(), format, arguments);
  message.pop_back();
  current->append(message);
  if (current->size() > kKept) current->erase(0, current->size() - kKept);
  return length;
}

int keep_of_libbpf(libbpf_print_level level, const char* format, va_list arguments) {
  return level == LIBBPF_WARN ? keep(format, arguments) : 0;
}

int keep_of_libxdp(libxdp_print_level level, const char* format, va_list arguments) {
  return level == LIBXDP_WARN ? keep(format, arguments) : 0;
}

}  // namespace

LibbpfLog::LibbpfLog() : outer_(current) {
  current = &lines_;
  libbpf_set_print(keep_of_libbpf);
  libxdp_set_print(keep_of_libxdp);
}

LibbpfLog::~LibbpfLog() {
  current = outer_;
}

bool LibbpfLog::contains(std::string_view text) const noexcept {
  return lines_.find(text) != std::string::npos;
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
