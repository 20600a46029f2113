// SPDX-License-Identifier: Apache-2.0
#include "control/cli/agent_program.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include "agent/base/unique_fd.hpp"

extern char** environ;

namespace sallyport {
namespace {

constexpr std::array<std::string_view, 2> kSystemPlaces = {"/usr/sbin", "/usr/local/sbin"};

std::string found_in(std::string_view directory, const std::string& program) {
  const std::string path = std::string(directory) + "/" + program;
  return ::access(path.c_str(), X_OK) == 0 ? path : "";
}

/// "" where it is nowhere.
std::string locate(const std::string& program) {
  if (program.find('/') != std::string::npos) return program;
  const char* const variable = std::getenv("PATH");
  const std::string_view places = variable != nullptr ? variable : "";
  for (std::size_t at = 0; at < places.size();) {
    const auto end = std::min(places.find(':', at), places.size());
    if (auto path = found_in(places.substr(at, end - at), program); !path.empty()) return path;
    at = end + 1;
  }
  for (const auto place : kSystemPlaces) {
    if (auto path = found_in(place, program); !path.empty()) return path;
  }
  return {};
}

Result<std::string> read_all(int fd) {
  std::string text;
  std::array<char, 4096> part;
  for (;;) {
    const ssize_t length = ::read(fd, part.data(), part.size());
    if (length < 0 && errno == EINTR) continue;
    if (length < 0) return system_failure(errno, "reading what the agent's program says");
    if (length == 0) return text;
    text.append(part.data(), static_cast<std::size_t>(length));
  }
}

/// The process, whose standard output is `out`; or an errno.
Result<pid_t> start(const std::string& path, const std::vector<std::string>& arguments, int out) {
  std::vector<std::string> words = {path};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  pid_t process = 0;
  const int error =
      ::posix_spawn(&process, path.c_str(), &actions, nullptr, pointers.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return system_failure(error, "cannot run " + path);
  return process;
}

}  // namespace

Result<std::string> ask_agent_program(const std::string& program,
                                      const std::vector<std::string>& arguments) {
  const std::string path = locate(program);
  if (path.empty()) {
    return failure(Errc::kUnavailable, "cannot find the agent's program " + program,
                   "is it installed? --agent names another place");
  }
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_failure(errno, "cannot make a pipe");
  const UniqueFd reading(ends[0]);
  UniqueFd writing(ends[1]);
  const auto process = start(path, arguments, writing.get());
  if (!process) return process.error();
  writing.reset();
  auto said = read_all(reading.get());
  int status = 0;
  while (::waitpid(*process, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    return failure(Errc::kUnavailable, path + " could not do it",
                   "what it said about that stands above");
  }
  return said;
}

}  // namespace sallyport
