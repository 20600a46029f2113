// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/packet/peer_programs.hpp"

#include <bench.skel.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <net/if.h>

#include <cerrno>
#include <string>
#include <utility>

#include "agent/base/unique_fd.hpp"

namespace sallyport::bench {
namespace {

struct Close {
  void operator()(bench_bpf* skeleton) const noexcept { bench_bpf::destroy(skeleton); }
  void operator()(bpf_link* link) const noexcept { bpf_link__destroy(link); }
};

using Skeleton = std::unique_ptr<bench_bpf, Close>;

Result<Skeleton> load_skeleton() {
  Skeleton skeleton(bench_bpf::open_and_load());
  if (!skeleton) return system_failure(errno, "the kernel refuses an empty program");
  return skeleton;
}

/// An XDP program that only answers.
class EmptyProgram final : public Subject {
 public:
  EmptyProgram(Skeleton skeleton, const std::string& name) : skeleton_(std::move(skeleton)) {
    auto& programs = skeleton_->progs;
    program_ = name == "xdp-drop"   ? programs.sp_bench_drop
               : name == "xdp-read" ? programs.sp_bench_read
                                    : programs.sp_bench_pass;
  }

  Result<void> attach(const std::string& interface) {
    const auto index = static_cast<int>(if_nametoindex(interface.c_str()));
    link_.reset(bpf_program__attach_xdp(program_, index));
    if (!link_) return system_failure(errno, "can't attach to " + interface);
    return {};
  }

  [[nodiscard]] int program_fd() const override { return bpf_program__fd(program_); }

 private:
  Skeleton skeleton_;
  std::unique_ptr<bpf_link, Close> link_;
  bpf_program* program_ = nullptr;
};

/// TC ingress, every packet shot: what clsact costs before anything is judged. It has the qdisc for
/// itself, which takes the filter along when it goes.
class TcDrop final : public Subject {
 public:
  explicit TcDrop(Skeleton skeleton) : skeleton_(std::move(skeleton)) {}
  TcDrop(const TcDrop&) = delete;
  TcDrop& operator=(const TcDrop&) = delete;
  ~TcDrop() override {
    if (is_made_) bpf_tc_hook_destroy(&hook_);
  }

  Result<void> attach(const std::string& interface) {
    hook_.ifindex = static_cast<int>(if_nametoindex(interface.c_str()));
    if (const int error = bpf_tc_hook_create(&hook_); error != 0) {
      return system_failure(-error, "can't make a clsact qdisc on " + interface);
    }
    is_made_ = true;
    LIBBPF_OPTS(bpf_tc_opts, filter, .prog_fd = program_fd(), .handle = 1, .priority = 1);
    auto ingress = hook_;
    ingress.attach_point = BPF_TC_INGRESS;
    if (const int error = bpf_tc_attach(&ingress, &filter); error != 0) {
      return system_failure(-error, "can't attach to TC ingress of " + interface);
    }
    return {};
  }

  [[nodiscard]] int program_fd() const override {
    return bpf_program__fd(skeleton_->progs.sp_bench_shot);
  }

 private:
  Skeleton skeleton_;
  bpf_tc_hook hook_{
      .sz = sizeof(bpf_tc_hook),
      .ifindex = 0,
      .attach_point = static_cast<bpf_tc_attach_point>(BPF_TC_INGRESS | BPF_TC_EGRESS),
      .parent = 0};
  bool is_made_ = false;
};

/// A program that somebody else loaded.
class ForeignProgram final : public Subject {
 public:
  explicit ForeignProgram(UniqueFd fd) : fd_(std::move(fd)) {}
  [[nodiscard]] int program_fd() const override { return fd_.get(); }

 private:
  UniqueFd fd_;
};

template <class Peer>
Result<std::unique_ptr<Subject>> attached(std::unique_ptr<Peer> peer, const Options& options) {
  if (auto done = peer->attach(options.interface); !done) return done.error();
  return std::unique_ptr<Subject>(std::move(peer));
}

}  // namespace

Result<std::unique_ptr<Subject>> attach_peer(const Options& options) {
  if (options.subject == "program") {
    return failure(Errc::kInvalid, "a program of others is only timed, never attached");
  }
  auto skeleton = load_skeleton();
  if (!skeleton) return skeleton.error();
  if (options.subject == "tc-drop") {
    return attached(std::make_unique<TcDrop>(std::move(*skeleton)), options);
  }
  return attached(std::make_unique<EmptyProgram>(std::move(*skeleton), options.subject), options);
}

Result<std::unique_ptr<Subject>> load_peer(const Options& options) {
  if (options.subject == "tc-drop") {
    return failure(Errc::kInvalid,
                   "a TC program is not timed beside XDP's: it gets another packet");
  }
  if (options.subject == "program") {
    UniqueFd fd(bpf_prog_get_fd_by_id(options.program));
    if (!fd) return system_failure(errno, "no program " + std::to_string(options.program));
    return std::unique_ptr<Subject>(std::make_unique<ForeignProgram>(std::move(fd)));
  }
  auto skeleton = load_skeleton();
  if (!skeleton) return skeleton.error();
  return std::unique_ptr<Subject>(
      std::make_unique<EmptyProgram>(std::move(*skeleton), options.subject));
}

}  // namespace sallyport::bench
