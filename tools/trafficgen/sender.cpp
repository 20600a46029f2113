// SPDX-License-Identifier: Apache-2.0
#include "tools/trafficgen/sender.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <trafficgen.skel.h>

#include <cerrno>
#include <utility>

namespace sallyport::trafficgen {
namespace {

constexpr std::uint32_t kBatch = 64;  // frames that the kernel hands on at a time; its default

void configure(const Options& options, const Frame& frame, trafficgen_bpf& skeleton) {
  auto& rodata = *skeleton.rodata;
  rodata.sp_sources = options.sources;
  rodata.sp_flows = options.flows;
  rodata.sp_random = options.random ? 1 : 0;
  rodata.sp_first_source = frame.first_source;
  rodata.sp_source_at = frame.source_at;
  rodata.sp_first_port = options.source_port;
  rodata.sp_port_at = frame.port_at;
  rodata.sp_tcp_check_at = frame.tcp_check_at;
  rodata.sp_ip_check_at = frame.ip_check_at;
  rodata.sp_tcp_sum = frame.tcp_sum;
  rodata.sp_ip_sum = frame.ip_sum;
}

Failure load_failure(int error) {
  if (error == EPERM || error == EACCES) {
    return failure(Errc::kDenied, "the kernel does not let this user load a program",
                   "run it as root, or with CAP_BPF and CAP_NET_ADMIN");
  }
  return system_failure(error, "the kernel refuses the sending program");
}

Failure run_failure(int error) {
  if (error == EINVAL || error == EOPNOTSUPP) {
    return failure(Errc::kIncompatible, "the kernel does not send live frames on this interface",
                   "it takes Linux 5.18, and an interface that is up");
  }
  return system_failure(error, "sending failed");
}

}  // namespace

void Sender::Close::operator()(trafficgen_bpf* skeleton) const noexcept {
  trafficgen_bpf::destroy(skeleton);
}

void Sender::Close::operator()(bpf_link* link) const noexcept {
  bpf_link__destroy(link);
}

Result<Sender> Sender::open(const Options& options, const Veth& veth, Frame frame) {
  libbpf_set_print(nullptr);
  Sender sender;
  sender.frame_ = std::move(frame);
  sender.interface_ = veth.index;
  sender.skeleton_.reset(trafficgen_bpf::open());
  if (!sender.skeleton_) return load_failure(errno);
  configure(options, sender.frame_, *sender.skeleton_);
  if (const int error = trafficgen_bpf::load(sender.skeleton_.get()); error != 0) {
    return load_failure(-error);
  }
  sender.ready_.reset(
      bpf_program__attach_xdp(sender.skeleton_->progs.sp_keep_ready, static_cast<int>(veth.index)));
  if (!sender.ready_ && errno != EBUSY && errno != EEXIST) {
    return system_failure(errno, "can't make " + options.interface + " ready to send");
  }
  return sender;
}

Result<void> Sender::send(std::uint32_t count) {
  // The kernel sends whole batches only: what is left over becomes one of its own.
  const std::uint32_t whole = count / kBatch * kBatch;
  if (whole > 0) {
    if (auto done = run(whole, kBatch); !done) return done;
  }
  return count > whole ? run(count - whole, count - whole) : Result<void>{};
}

Result<void> Sender::run(std::uint32_t count, std::uint32_t batch) {
  const auto bytes = static_cast<__u32>(frame_.bytes.size());
  xdp_md context{};
  context.data_end = bytes;
  context.ingress_ifindex = interface_;
  LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame_.bytes.data(), .data_size_in = bytes,
              .ctx_in = &context, .ctx_size_in = sizeof context, .repeat = static_cast<int>(count),
              .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = batch);
  const int fd = bpf_program__fd(skeleton_->progs.sp_send);
  if (bpf_prog_test_run_opts(fd, &options) == 0 || errno == EINTR) return {};
  return run_failure(errno);
}

std::uint64_t Sender::sent() const noexcept {
  return skeleton_->bss->sp_sent;
}

}  // namespace sallyport::trafficgen
