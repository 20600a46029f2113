// SPDX-License-Identifier: Apache-2.0
#include "control/cli/top_screen.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>

namespace sallyport {
namespace {

/// Rows of cells under a heading; the first `names` columns are set left, all others right.
struct Panel {
  std::vector<std::size_t> widths;
  std::size_t names = 1;
  std::vector<std::vector<std::string>> rows;  // the first: headings

  [[nodiscard]] std::size_t width() const {
    return std::accumulate(widths.begin(), widths.end(), widths.size() - 1);
  }
};

std::string fitted(std::string cell, std::size_t width, bool is_name) {
  if (cell.size() > width) {
    cell.resize(width);
    cell.back() = '~';  // there is more of it
  }
  const std::string blank(width - cell.size(), ' ');
  return is_name ? cell + blank : blank + cell;
}

std::string line_of(const Panel& panel, std::size_t row) {
  if (row >= panel.rows.size()) return std::string(panel.width(), ' ');
  std::string line;
  for (std::size_t i = 0; i < panel.widths.size(); ++i) {
    if (i > 0) line += ' ';
    line += fitted(panel.rows[row][i], panel.widths[i], i < panel.names);
  }
  return line;
}

class Rates {
 public:
  explicit Rates(std::uint64_t window_us)
      : seconds_(std::max<double>(1, static_cast<double>(window_us)) / 1e6) {}
  std::string operator()(std::uint64_t count) const {
    return show_rate(static_cast<double>(count) / seconds_);
  }

 private:
  double seconds_;
};

std::string show_ms(std::uint64_t us) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.1f ms", static_cast<double>(us) / 1e3);
  return text.data();
}

Panel packets_of(const control::v1::Top& top, const Rates& rate) {
  Panel panel{{25, 9, 9}, 1, {{"OUTER DOOR", "PACKETS/S", "BYTES/S"}}};
  std::vector<const control::v1::Counters::Packets*> rows;
  for (const auto& row : top.packets()) rows.push_back(&row);
  std::stable_sort(rows.begin(), rows.end(),
                   [](auto* a, auto* b) { return a->packets() > b->packets(); });
  for (const auto* row : rows) {
    const bool is_observed = row->packets() == 0;
    panel.rows.push_back({row->verdict() + (is_observed ? " (obs.)" : ""),
                          rate(is_observed ? row->observed_packets() : row->packets()),
                          rate(is_observed ? row->observed_bytes() : row->bytes())});
  }
  return panel;
}

Panel checks_of(const control::v1::Top& top, const Rates& rate) {
  Panel panel{{21, 10}, 1, {{"INNER DOOR", "REQUESTS/S"}}};
  std::vector<const control::v1::Counters::Named*> rows;
  for (const auto& row : top.checks()) rows.push_back(&row);
  std::stable_sort(rows.begin(), rows.end(),
                   [](auto* a, auto* b) { return a->value() > b->value(); });
  for (const auto* row : rows) panel.rows.push_back({row->name(), rate(row->value())});
  return panel;
}

Panel keys_of(const control::v1::Top& top, const Rates& rate) {
  Panel panel{{8, 22, 6, 6}, 2, {{"KEY", "TENANT/USER", "REQ/S", "REF/S"}}};
  for (const auto& row : top.keys()) {
    panel.rows.push_back(
        {row.id(), row.tenant() + "/" + row.user(), rate(row.requests()), rate(row.refused())});
  }
  return panel;
}

Panel sources_of(const control::v1::Top& top, const Rates& rate) {
  Panel panel{{18, 6, 6}, 1, {{"SOURCE", "REQ/S", "REF/S"}}};
  for (const auto& row : top.sources()) {
    panel.rows.push_back({row.address(), rate(row.requests()), rate(row.refused())});
  }
  return panel;
}

Panel services_of(const control::v1::Top& top, const Rates& rate) {
  Panel panel{{11, 21, 6, 6, 6, 11, 12},
              2,
              {{"SERVICE", "UPSTREAM", "REQ/S", "REF/S", "FAIL/S", "MEAN", "SLOWEST"}}};
  for (const auto& row : top.services()) {
    const bool is_silent = row.answers() == 0;
    panel.rows.push_back({row.name(), row.upstream(), rate(row.requests()), rate(row.refused()),
                          rate(row.failed()), is_silent ? "-" : show_ms(row.upstream_us()),
                          is_silent ? "-" : show_ms(row.upstream_most_us())});
  }
  return panel;
}

/// Two panels side by side, of at most so many lines.
void place(const Panel& left, const Panel& right, std::size_t most,
           std::vector<std::string>& lines) {
  const auto rows = std::min(most, std::max(left.rows.size(), right.rows.size()));
  for (std::size_t i = 0; i < rows; ++i)
    lines.push_back(line_of(left, i) + "  " + line_of(right, i));
}

}  // namespace

std::string show_rate(double per_second) {
  struct Unit {
    double size;
    const char* name;
  };
  static constexpr std::array<Unit, 3> kUnits = {{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}}};
  std::array<char, 32> text;
  for (const auto& [size, name] : kUnits) {
    if (per_second < (size == 1e3 ? 9999.5 : size * 0.99995)) continue;
    const double many = per_second / size;
    std::snprintf(text.data(), text.size(), many < 99.95 ? "%.1f%s" : "%.0f%s", many, name);
    return text.data();
  }
  const bool is_whole = per_second >= 9.95 || per_second == 0;
  std::snprintf(text.data(), text.size(), is_whole ? "%.0f" : "%.1f", per_second);
  return text.data();
}

std::vector<std::string> show_top(const control::v1::Top& top, ScreenSize size) {
  const Rates rate(top.window_us());
  std::uint64_t requests = 0;
  for (const auto& check : top.checks()) requests += check.value();
  std::vector<std::string> lines = {"sallyport top: " + rate(requests) + " requests/s, " +
                                    std::to_string(top.connections_open()) + " connections open"};
  const Panel services = services_of(top, rate);
  // What the services leave of the screen is for the doors first, then for keys and sources.
  const std::size_t last = std::min<std::size_t>(services.rows.size(), size.lines / 5 + 1);
  const std::size_t left = size.lines > last + 4 ? size.lines - last - 4 : 2;
  const Panel packets = packets_of(top, rate);
  const Panel checks = checks_of(top, rate);
  const std::size_t doors = std::min(left / 2, std::max(packets.rows.size(), checks.rows.size()));
  lines.emplace_back();
  place(packets, checks, doors, lines);
  lines.emplace_back();
  place(keys_of(top, rate), sources_of(top, rate), left - doors, lines);
  lines.emplace_back();
  for (std::size_t i = 0; i < last; ++i) lines.push_back(line_of(services, i));
  if (lines.size() > size.lines) lines.resize(size.lines);
  for (auto& line : lines) {
    line.resize(std::min(line.size(), size.columns));
    line.erase(line.find_last_not_of(' ') + 1);
  }
  return lines;
}

}  // namespace sallyport
