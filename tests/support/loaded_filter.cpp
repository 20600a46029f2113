// SPDX-License-Identifier: Apache-2.0
#include "tests/support/loaded_filter.hpp"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "agent/base/digest.hpp"
#include "agent/datapath/key_headers.hpp"
#include "sallyport.skel.h"
#include "tests/support/raw_program.hpp"

namespace sallyport::test {
namespace {

template <class T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
  return std::move(*result);
}

void must(const Result<void>& result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
}

sp_connection_key key_of(const std::string& source, std::uint16_t port, std::uint16_t service) {
  return {.source = Address::parse(source).value().to_abi(),
          .source_port = htons(port),
          .service_id = service};
}

sp_denied_key_id denied_id(const std::string& raw) {
  const auto digest = digest_of(raw);
  sp_denied_key_id id{};
  std::copy_n(digest.begin(), sizeof id.digest, id.digest);
  return id;
}

}  // namespace

LoadedFilter::LoadedFilter(std::uint32_t event_ring_bytes) {
  auto object = BpfObject::load({.connections = 1024,
                                 .sources = 1024,
                                 .key_slots = 64,
                                 .event_ring_bytes = event_ring_bytes});
  if (!object) {
    error_ = object.error();
    return;
  }
  if (!object->warnings().empty()) {  // such as a map that was taken only without its types
    error_ = failure(Errc::kInternal, "libbpf warned: " + object->warnings());
    return;
  }
  object_ = std::move(*object);
  auto tables = KernelTables::open(*object_);
  if (!tables) {
    error_ = tables.error();
    return;
  }
  tables_ = std::move(*tables);
  auto events = EventRing::open(*object_);
  if (!events) {
    error_ = events.error();
    return;
  }
  events_ = std::move(*events);
}

Outcome LoadedFilter::run(Hook hook, const Bytes& frame) {
  const auto before = counters();
  LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.data(),
              .data_size_in = static_cast<__u32>(frame.size()), .repeat = 1);
  const int fd = hook == Hook::kXdp ? object_->xdp_fd() : object_->tc_fd();
  if (bpf_prog_test_run_opts(fd, &options) != 0) {
    throw std::runtime_error("BPF_PROG_RUN of " + std::to_string(frame.size()) +
                             " bytes: " + std::strerror(errno));
  }
  Outcome outcome;
  const auto pass = hook == Hook::kXdp ? __u32{XDP_PASS} : static_cast<__u32>(TC_ACT_UNSPEC);
  const auto drop = hook == Hook::kXdp ? __u32{XDP_DROP} : __u32{TC_ACT_SHOT};
  outcome.answered = hook == Hook::kXdp && options.retval == XDP_TX;
  outcome.dropped = outcome.answered || options.retval == drop;
  if (!outcome.dropped && options.retval != pass) {
    throw std::runtime_error("neither pass, drop nor answer: " + std::to_string(options.retval));
  }
  const auto after = counters();
  unsigned moved = 0;
  for (unsigned i = 0; i < SP_VERDICT_COUNT; ++i) {
    const bool counted = after[i].packets != before[i].packets;
    const bool observed = after[i].observed_packets != before[i].observed_packets;
    if (!counted && !observed) continue;
    const auto bytes =
        after[i].bytes - before[i].bytes + after[i].observed_bytes - before[i].observed_bytes;
    if (bytes != frame.size()) throw std::runtime_error("counted bytes are not the frame's");
    outcome.verdict = static_cast<sp_verdict>(i);
    outcome.observed = observed;
    ++moved;
  }
  if (moved != 1) throw std::runtime_error(std::to_string(moved) + " counters moved");
  return outcome;
}

Bytes LoadedFilter::answer_to(const Bytes& frame) {
  Bytes answer(frame.size() + 256);
  LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.data(), .data_out = answer.data(),
              .data_size_in = static_cast<__u32>(frame.size()),
              .data_size_out = static_cast<__u32>(answer.size()), .repeat = 1);
  if (bpf_prog_test_run_opts(object_->xdp_fd(), &options) != 0 || options.retval != XDP_TX) {
    throw std::runtime_error("no answer: " + std::to_string(options.retval));
  }
  answer.resize(options.data_size_out);
  return answer;
}

int LoadedFilter::run_tc(const Bytes& frame, __sk_buff context) {
  LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.data(),
              .data_size_in = static_cast<__u32>(frame.size()), .ctx_in = &context,
              .ctx_size_in = sizeof context, .repeat = 1);
  if (bpf_prog_test_run_opts(object_->tc_fd(), &options) != 0) {
    throw std::runtime_error(std::string("BPF_PROG_RUN: ") + std::strerror(errno));
  }
  return static_cast<int>(options.retval);
}

LoadedFilter::Sent LoadedFilter::send(const Bytes& frame, std::uint64_t wanted_ns) {
  __sk_buff in{};
  __sk_buff out{};
  in.tstamp = wanted_ns;
  LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.data(),
              .data_size_in = static_cast<__u32>(frame.size()), .ctx_in = &in, .ctx_out = &out,
              .ctx_size_in = sizeof in, .ctx_size_out = sizeof out, .repeat = 1);
  if (bpf_prog_test_run_opts(object_->egress_fd(), &options) != 0) {
    throw std::runtime_error(std::string("BPF_PROG_RUN: ") + std::strerror(errno));
  }
  return {.dropped = options.retval == TC_ACT_SHOT, .departure_ns = out.tstamp};
}

std::uint32_t LoadedFilter::cost_ns(Hook hook, const Bytes& frame, unsigned repeat) {
  return run_cost_ns(hook == Hook::kXdp ? object_->xdp_fd() : object_->tc_fd(), frame, repeat);
}

void LoadedFilter::declare_service(const std::string& address, std::uint16_t port, std::uint16_t id,
                                   sp_mode mode, ServiceTraits more) {
  sp_service_key key{};
  if (!address.empty()) key.local_address = Address::parse(address).value().to_abi();
  key.local_port = htons(port);
  key.protocol = more.is_udp ? IPPROTO_UDP : IPPROTO_TCP;
  must(tables_->services().put(
      key, {.id = id, .traits = static_cast<__u8>(more.traits), .mode = static_cast<__u8>(mode)}));
}

Bytes LoadedFilter::scratch() {
  const bpf_map* map = object_->skeleton().maps.sp_readings;
  const std::size_t part = (bpf_map__value_size(map) + 7) / 8 * 8;
  Bytes bytes(part * static_cast<std::size_t>(libbpf_num_possible_cpus()));
  const __u32 zero = 0;
  if (bpf_map_lookup_elem(bpf_map__fd(map), &zero, bytes.data()) != 0) {
    throw std::runtime_error(std::string("sp_readings: ") + std::strerror(errno));
  }
  return bytes;
}

void LoadedFilter::set_key_headers(std::uint16_t service, const std::vector<std::string>& names) {
  must(tables_->services().put_key_headers(service, encode_key_headers(names)));
}

void LoadedFilter::deny_key(const std::string& raw) {
  const DeniedKeyTable::Row row{denied_id(raw),
                                {.verdict = SP_DROP_KEY_REVOKED, .reserved = 0, .revision = 1}};
  must(tables_->denied_keys().put({&row, 1}));
}

void LoadedFilter::allow_key(const std::string& raw) {
  const auto id = denied_id(raw);
  must(tables_->denied_keys().erase({&id, 1}));
}

void LoadedFilter::set_slot(std::uint32_t slot, std::uint32_t generation, sp_verdict verdict) {
  auto& row = tables_->slot_memory().slots[slot];
  row.generation = generation;
  row.verdict = static_cast<__u32>(verdict);
}

void LoadedFilter::bind(const std::string& source, std::uint16_t port, std::uint16_t service,
                        sp_connection to) {
  must(tables_->connections().put(key_of(source, port, service), to));
}

void LoadedFilter::unbind(const std::string& source, std::uint16_t port, std::uint16_t service) {
  must(tables_->connections().erase(key_of(source, port, service)));
}

void LoadedFilter::ban(const std::string& source, __u64 expires_ns, sp_verdict verdict) {
  must(tables_->sources().put(Address::parse(source).value(),
                              {.expires_ns = expires_ns,
                               .verdict = static_cast<__u32>(verdict),
                               .refusals = 0,
                               .made_unix_s = 0,
                               .repetition = 0,
                               .reserved = 0}));
}

void LoadedFilter::unban(const std::string& source) {
  must(tables_->sources().erase(Address::parse(source).value()));
}

void LoadedFilter::set_cidrs(const std::vector<std::string>& allowed,
                             const std::vector<std::string>& denied) {
  std::vector<CidrRule> rules;
  for (const auto& text : allowed) {
    rules.push_back({Cidr::parse(text).value(), CidrAction::kAllow});
  }
  for (const auto& text : denied) rules.push_back({Cidr::parse(text).value(), CidrAction::kDeny});
  must(tables_->cidrs().replace(rules));
}

void LoadedFilter::sample(std::uint32_t drops, std::uint32_t passes) {
  must(tables_->sample(drops, passes));
}

std::vector<sp_event> LoadedFilter::events() {
  std::vector<sp_event> events;
  must(events_->consume([&](const sp_event& event) { events.push_back(event); }));
  return events;
}

sp_connection LoadedFilter::binding_of(const std::string& source, std::uint16_t port,
                                       std::uint16_t service) {
  const auto key = key_of(source, port, service);
  for (const auto& row : value_of(tables_->connections().rows())) {
    if (std::memcmp(&row.connection, &key, sizeof key) == 0) return row.binding;
  }
  throw std::runtime_error("not bound");
}

std::array<sp_counter, SP_VERDICT_COUNT> LoadedFilter::counters() {
  return value_of(tables_->counters().counters());
}

}  // namespace sallyport::test
