// SPDX-License-Identifier: Apache-2.0
#include "agent/base/result.hpp"

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace sallyport {
namespace {

Errc code_of(int error_number) {
  switch (error_number) {
    case EPERM:
    case EACCES:
      return Errc::kDenied;
    case ENOENT:
    case ENODEV:
      return Errc::kNotFound;
    case EEXIST:
    case EADDRINUSE:
    case EBUSY:
      return Errc::kConflict;
    case E2BIG:
    case ENOSPC:
    case ENOMEM:
      return Errc::kFull;
    case EINVAL:
      return Errc::kInvalid;
    default:
      return Errc::kUnavailable;
  }
}

}  // namespace

void throw_exception_from_error(const Failure& failure, const boost::source_location& where) {
  throw std::logic_error(std::string(where.function_name()) +
                         ": value() of a failure: " + failure.message);
}

Failure system_failure(int error_number, std::string message, std::string remedy) {
  message += ": ";
  message += std::strerror(error_number);
  return Failure{code_of(error_number), std::move(message), std::move(remedy)};
}

std::string to_string(const Failure& failure) {
  return failure.remedy.empty() ? failure.message : failure.message + "; " + failure.remedy;
}

}  // namespace sallyport
