// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/base/result.hpp"
#include "agent/service/top_view.hpp"

namespace sallyport::test {

/// One of each kind; as many keys as are asked for at most.
inline Result<TopView> scripted_top(const TopQuery& query) {
  TopView view;
  view.window_us = static_cast<std::uint64_t>(query.window.count()) * 1000;
  view.connections_open = 3;
  TopRow key;
  key.name = "Xy12AbCd";
  key.tenant = "acme";
  key.user = "alice";
  key.requests = 40;
  key.refused = 4;
  view.keys.assign(query.most, key);
  TopRow source;
  source.name = "192.0.2.7";
  source.requests = 41;
  view.sources = {source};
  TopService service;
  service.name = "api";
  service.answers = 36;
  service.upstream_us = 1500;
  view.services = {service};
  view.counters.checks = {{"allowed", "every check passed", 36}};
  return view;
}

}  // namespace sallyport::test
