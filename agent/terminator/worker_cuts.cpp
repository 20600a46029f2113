// SPDX-License-Identifier: Apache-2.0
// How a worker's connections end before their time.
#include "agent/terminator/worker.hpp"

namespace sallyport {

std::vector<Session*> Worker::all() {
  std::vector<Session*> found;
  for (Session& session : sessions_) found.push_back(&session);
  return found;
}

std::uint64_t Worker::cut(std::span<KeyEntry* const> keys) noexcept {
  std::uint64_t count = 0;
  for (KeyEntry* key : keys) count += context_.key_users.cut(*key);
  return count;
}

std::uint64_t Worker::cut(const Address& source, Terminator::CutSource which) {
  using CutSource = Terminator::CutSource;
  std::uint64_t count = 0;
  for (Session* session : all()) {
    if (session->source != source) continue;
    if (which == CutSource::kRefused && !session->binding.was_refused()) continue;
    if (which == CutSource::kUnbound && session->binding.is_in_good_standing(unix_now())) continue;
    session->binding.condemn();
    session->cut(Ended::kCondemned);
    ++count;
  }
  return count;
}

std::uint64_t Worker::cut(const Terminator::Refuses& refuses) {
  std::uint64_t count = 0;
  for (Session* session : all()) {
    if (session->is_cut() || !refuses(session->peer_address)) continue;
    // Not condemned: without its binding, what still comes is judged by its source.
    session->cut(Ended::kClosed);
    ++context_.counters.cut;
    ++count;
  }
  return count;
}

}  // namespace sallyport
