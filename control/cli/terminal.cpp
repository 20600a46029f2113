// SPDX-License-Identifier: Apache-2.0
#include "control/cli/terminal.hpp"

#define NCURSES_NOMACROS  // they have names such as `move`
#include <ncurses.h>
#include <unistd.h>

#include <cstdlib>

namespace sallyport {

Result<std::unique_ptr<Terminal>> Terminal::open() {
  const char* const kind = std::getenv("TERM");
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDOUT_FILENO) == 0 || kind == nullptr ||
      ::newterm(nullptr, stdout, stdin) == nullptr) {
    return failure(Errc::kUnavailable, "this is no terminal that could be drawn on",
                   "--once shows one look, -o json all of them");
  }
  ::cbreak();
  ::noecho();
  ::curs_set(0);
  ::keypad(stdscr, true);
  return std::unique_ptr<Terminal>(new Terminal);
}

Terminal::~Terminal() {
  ::endwin();
}

ScreenSize Terminal::size() const {
  return {static_cast<std::size_t>(getmaxx(stdscr)), static_cast<std::size_t>(getmaxy(stdscr))};
}

void Terminal::show(const std::vector<std::string>& lines) {
  ::werase(stdscr);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i == 0) ::wattr_on(stdscr, A_REVERSE, nullptr);
    ::mvwaddnstr(stdscr, static_cast<int>(i), 0, lines[i].c_str(), -1);
    if (i == 0) ::wattr_off(stdscr, A_REVERSE, nullptr);
  }
  ::wrefresh(stdscr);
}

int Terminal::key_within(std::chrono::milliseconds patience) {
  ::wtimeout(stdscr, static_cast<int>(patience.count()));
  const int key = ::wgetch(stdscr);
  return key == ERR ? 0 : key;
}

}  // namespace sallyport
