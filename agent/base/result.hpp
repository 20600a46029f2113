// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include <boost/system/result.hpp>

namespace sallyport {

/// What kind of thing went wrong; decides exit status, gRPC status and whether to retry.
enum class Errc {
  kInvalid = 1,   // the caller's input is wrong
  kNotFound,      // the thing named does not exist
  kExists,        // the name or digest is taken
  kConflict,      // not in this state (a removed user, an inactive tenant)
  kDenied,        // the operating system or a role refuses
  kFull,          // a table or queue has no room
  kIncompatible,  // written by another version
  kUnavailable,   // a file, device or peer cannot be reached
  kInternal,      // our own fault
};

/// Why something was not done, for a person: what happened, to what, and what to do next.
struct Failure {
  Errc code = Errc::kInternal;
  std::string message;      // one sentence, lower case, no full stop: "no such key: Xy12"
  std::string remedy = {};  // what to do next; may be empty
};

/// Reached only by `Result::value()` on a failure, which is a bug of the caller.
[[noreturn]] void throw_exception_from_error(const Failure& failure,
                                             const boost::source_location& where);

template <class T>
using Result = boost::system::result<T, Failure>;

[[nodiscard]] inline Failure failure(Errc code, std::string message, std::string remedy = {}) {
  return Failure{code, std::move(message), std::move(remedy)};
}

/// `failure` whose message ends in the text of `error_number` (an errno value).
[[nodiscard]] Failure system_failure(int error_number, std::string message,
                                     std::string remedy = {});

/// "message; remedy" on one line.
[[nodiscard]] std::string to_string(const Failure& failure);

}  // namespace sallyport
