// SPDX-License-Identifier: Apache-2.0
/// Fills an agent's registry: `sp-bench-keys SOCKET COUNT TENANT/USER…` makes so many keys, in turn
/// for each user, which nobody gets to know. What 10,000 runs of the CLI would do.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>

#include "control/client/control_client.hpp"

namespace sallyport::bench {
namespace {

using control::v1::CreateKeyRequest;
using control::v1::CreateKeyResponse;

Result<void> make_key(ControlClient& client, std::string_view owner) {
  const auto slash = owner.find('/');
  if (slash == std::string_view::npos) {
    return failure(Errc::kInvalid, "not TENANT/USER: " + std::string(owner));
  }
  CreateKeyRequest request;
  request.set_tenant(std::string(owner.substr(0, slash)));
  request.set_user(std::string(owner.substr(slash + 1)));
  request.set_env("live");
  auto made =
      client.call<CreateKeyRequest, CreateKeyResponse>(&ControlClient::Stub::CreateKey, request);
  if (!made) return made.error();
  return {};
}

Result<void> run(std::span<char*> words) {
  const std::string_view text = words.size() > 2 ? words[1] : "";
  unsigned count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  if (count == 0) {
    return failure(Errc::kInvalid, "usage: sp-bench-keys SOCKET COUNT TENANT/USER…");
  }
  const auto owners = words.subspan(2);
  ControlClient client(words[0], std::chrono::seconds(10));
  for (unsigned n = 0; n < count; ++n) {
    if (auto made = make_key(client, owners[n % owners.size()]); !made) return made;
  }
  return {};
}

}  // namespace
}  // namespace sallyport::bench

int main(int argc, char** argv) {
  const auto done = sallyport::bench::run({argv + 1, static_cast<std::size_t>(argc - 1)});
  if (done) return 0;
  std::fprintf(stderr, "sp-bench-keys: %s\n", to_string(done.error()).c_str());
  return 2;
}
