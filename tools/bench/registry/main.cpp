// SPDX-License-Identifier: Apache-2.0
/// What the registry's bench needs of C++:
///   sp-bench-registry fill FILE COUNT          a store with so many keys, of a tenth as many users
///   sp-bench-registry drive SOCKET PAGES REVOCATIONS
///                                              asks an agent for pages of 100 keys, revokes keys,
///                                              and prints what each took as one JSON object
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/key_format.hpp"
#include "agent/registry/audit_chain.hpp"
#include "agent/registry/sqlite_store.hpp"
#include "control/client/control_client.hpp"

namespace sallyport::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Stub = ControlClient::Stub;

constexpr std::uint32_t kPage = 100;
constexpr UnixSeconds kDay = 86400;

unsigned number_of(std::string_view text) {
  unsigned number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Key some_key(unsigned at, UnixSeconds now) {
  Key key;
  key.id = make_key_id();
  key.digest = digest_of("nobody knows " + std::to_string(at));
  key.tenant = "tenant" + std::to_string(at % 100);
  key.user = "user" + std::to_string(at % 1000);
  key.env = "live";
  key.created_at = now;
  key.expires_at = now + kDay + at % (90 * kDay);
  return key;
}

Result<void> fill(SqliteStore& store, unsigned count) {
  const UnixSeconds now = unix_now();
  if (auto begun = store.begin(); !begun) return begun;
  for (unsigned n = 0; n < 100; ++n) {
    if (auto put = store.put_tenant({.name = "tenant" + std::to_string(n)}); !put) return put;
  }
  for (unsigned n = 0; n < 1000; ++n) {
    const auto put = store.put_user(
        {.tenant = "tenant" + std::to_string(n % 100), .name = "user" + std::to_string(n)});
    if (!put) return put;
  }
  ChangeRecord line;
  line.at = now;
  line.actor = "bench";
  line.kind = ChangeKind::kKey;
  line.verb = "create";
  for (unsigned at = 0; at < count; ++at) {
    const Key key = some_key(at, now);
    if (auto put = store.put_key(key); !put) return put;
    line.subject = to_view(key.id);
    if (auto logged = store.append_change(line); !logged) return logged;
  }
  auto record = next_record(store, {});
  if (!record) return record.error();
  if (auto logged = store.append_audit(*record); !logged) return logged;
  auto done = store.commit();
  return done ? Result<void>{} : done.error();
}

/// Seconds: of pages, and of revocations from the store's commit to the kernel's tables, with the
/// commit beside it.
struct Samples {
  std::vector<double> pages;
  std::vector<double> kernel;
  std::vector<double> store;
};

Result<Samples> drive(ControlClient& client, unsigned pages, unsigned revocations) {
  Samples samples;
  std::vector<std::string> ids;
  for (unsigned n = 0; n < pages || ids.size() < revocations; ++n) {
    control::v1::ListKeysRequest request;
    request.set_most(kPage);
    const auto place = make_key_id();
    request.set_after(std::string(to_view(place)));
    const auto begin = Clock::now();
    auto listed = client.list(&Stub::ListKeys, request, [&](const control::v1::Key& key) {
      if (ids.size() < revocations) ids.push_back(key.id());
    });
    if (!listed) return listed.error();
    samples.pages.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
  }
  for (const auto& id : ids) {
    control::v1::RevokeKeyRequest request;
    request.set_id(id);
    auto receipt = client.call(&Stub::RevokeKey, request);
    if (!receipt) return receipt.error();
    // What is below the receipt's grain counts as its grain.
    const auto kernel_us = std::max<std::uint64_t>(receipt->kernel_us(), 1);
    samples.kernel.push_back(static_cast<double>(kernel_us) / 1e6);
    samples.store.push_back(static_cast<double>(receipt->store_us()) / 1e6);
  }
  return samples;
}

double quantile(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  const auto at = static_cast<std::size_t>(part * static_cast<double>(values.size()));
  return values.at(std::min(at, values.size() - 1));
}

void print(const Samples& samples) {
  std::printf(
      "{\"page_p50\": %.9f, \"page_p99\": %.9f, \"kernel_p50\": %.9f, \"kernel_p99\": %.9f, "
      "\"kernel_max\": %.9f, \"store_p50\": %.9f, \"store_p99\": %.9f}\n",
      quantile(samples.pages, 0.5), quantile(samples.pages, 0.99), quantile(samples.kernel, 0.5),
      quantile(samples.kernel, 0.99), quantile(samples.kernel, 1), quantile(samples.store, 0.5),
      quantile(samples.store, 0.99));
}

Result<void> run(const std::vector<std::string>& words) {
  if (words.size() == 3 && words[0] == "fill" && number_of(words[2]) > 0) {
    auto store = SqliteStore::open(words[1]);
    if (!store) return store.error();
    return fill(**store, number_of(words[2]));
  }
  if (words.size() == 4 && words[0] == "drive" && number_of(words[2]) > 0 &&
      number_of(words[3]) > 0) {
    ControlClient client(words[1], std::chrono::seconds(30));
    auto samples = drive(client, number_of(words[2]), number_of(words[3]));
    if (!samples) return samples.error();
    print(*samples);
    return {};
  }
  return failure(Errc::kInvalid,
                 "usage: sp-bench-registry fill FILE COUNT | drive SOCKET PAGES "
                 "REVOCATIONS");
}

}  // namespace
}  // namespace sallyport::bench

int main(int argc, char** argv) {
  const auto done = sallyport::bench::run({argv + 1, argv + argc});
  if (done) return 0;
  std::fprintf(stderr, "sp-bench-registry: %s\n", to_string(done.error()).c_str());
  return 2;
}
