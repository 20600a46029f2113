// SPDX-License-Identifier: Apache-2.0
#include "agent/doctor/ethtool.hpp"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstring>
#include <utility>
#include <vector>

namespace sallyport {
namespace {

ifreq request_for(const std::string& interface) {
  ifreq request{};
  interface.copy(request.ifr_name, sizeof request.ifr_name - 1);
  return request;
}

/// A command of ethtool's whose answer has a length that is known only now.
template <class Command, class Item>
class Sized {
 public:
  Sized(std::uint32_t command, std::size_t items)
      : words_((sizeof(Command) + items * sizeof(Item) + 7) / 8) {
    get().cmd = command;
  }
  Command& get() { return *reinterpret_cast<Command*>(words_.data()); }
  [[nodiscard]] const Item* items() const {
    return reinterpret_cast<const Item*>(reinterpret_cast<const char*>(words_.data()) +
                                         sizeof(Command));
  }

 private:
  std::vector<std::uint64_t> words_;
};

}  // namespace

Ethtool::Ethtool(std::string interface)
    : interface_(std::move(interface)), socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {}

std::optional<unsigned> Ethtool::mtu() const {
  ifreq request = request_for(interface_);
  if (::ioctl(socket_.get(), SIOCGIFMTU, &request) != 0) return std::nullopt;
  return static_cast<unsigned>(request.ifr_mtu);
}

bool Ethtool::is_up() const {
  ifreq request = request_for(interface_);
  return ::ioctl(socket_.get(), SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP) != 0;
}

std::string Ethtool::driver() const {
  ethtool_drvinfo info{};
  info.cmd = ETHTOOL_GDRVINFO;
  return ask(&info) ? std::string(info.driver, ::strnlen(info.driver, sizeof info.driver)) : "";
}

std::optional<Ethtool::Queues> Ethtool::queues() const {
  ethtool_channels channels{};
  channels.cmd = ETHTOOL_GCHANNELS;
  if (!ask(&channels)) return std::nullopt;
  return Queues{channels.rx_count + channels.combined_count,
                channels.max_rx + channels.max_combined};
}

bool Ethtool::has(std::string_view feature) const {
  const auto index = index_of(feature);
  if (!index) return false;
  const std::size_t blocks = *index / 32 + 1;
  Sized<ethtool_gfeatures, ethtool_get_features_block> features(ETHTOOL_GFEATURES, blocks);
  features.get().size = static_cast<std::uint32_t>(blocks);
  return ask(&features.get()) && (features.items()[*index / 32].active >> (*index % 32) & 1) != 0;
}

std::optional<unsigned> Ethtool::index_of(std::string_view feature) const {
  Sized<ethtool_sset_info, std::uint32_t> info(ETHTOOL_GSSET_INFO, 1);
  info.get().sset_mask = 1ULL << ETH_SS_FEATURES;
  if (!ask(&info.get()) || info.get().sset_mask == 0) return std::nullopt;
  const std::uint32_t count = info.items()[0];
  using Name = char[ETH_GSTRING_LEN];
  Sized<ethtool_gstrings, Name> names(ETHTOOL_GSTRINGS, count);
  names.get().string_set = ETH_SS_FEATURES;
  names.get().len = count;
  if (!ask(&names.get())) return std::nullopt;
  for (unsigned i = 0; i < count; ++i) {
    const char* const name = names.items()[i];
    if (std::string_view(name, ::strnlen(name, ETH_GSTRING_LEN)) == feature) return i;
  }
  return std::nullopt;
}

bool Ethtool::ask(void* command) const {
  ifreq request = request_for(interface_);
  request.ifr_data = static_cast<char*>(command);
  return ::ioctl(socket_.get(), SIOCETHTOOL, &request) == 0;
}

}  // namespace sallyport
