// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <future>
#include <memory>
#include <utility>

#include <boost/asio/post.hpp>

#include "agent/app/agent_operations.hpp"

namespace sallyport {

template <class Call>
auto AgentOperations::on_strand(Call call) -> decltype(call()) {
  using Answer = decltype(call());
  // Shared with the posted handler: a strand that stops destroys the handler unrun, the promise
  // breaks with it, and the caller is told.
  auto promise = std::make_shared<std::promise<Answer>>();
  auto answer = promise->get_future();
  boost::asio::post(strand_, [promise = std::move(promise), call = std::move(call)] {
    try {
      promise->set_value(call());
    } catch (const std::exception& error) {
      promise->set_value(failure(Errc::kInternal, error.what()));
    }
  });
  try {
    return answer.get();
  } catch (const std::future_error&) {
    return failure(Errc::kUnavailable, "the agent is stopping", "try again when it has restarted");
  }
}

}  // namespace sallyport
