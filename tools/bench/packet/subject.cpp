// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/packet/subject.hpp"

#include <bench.skel.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <net/if.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "agent/base/unique_fd.hpp"
#include "agent/datapath/bpf_object.hpp"
#include "agent/datapath/kernel_tables.hpp"
#include "agent/datapath/outer_door.hpp"
#include "tools/bench/packet/cases.hpp"

namespace sallyport::bench {
namespace {

OuterDoorConfig door_config(const Options& options) {
  const auto connections = options.traffic.sources * options.traffic.flows;
  OuterDoorConfig config;
  config.interfaces = {options.interface};
  config.attach = Attach::kNative;
  config.pin_directory = options.pin_directory;
  config.max_connections = std::max(config.max_connections, connections);
  config.max_sources = std::max(config.max_sources, options.traffic.sources);
  return config;
}

Result<std::uint64_t> counted_in(Tables& tables, sp_verdict verdict) {
  const auto counters = tables.counters().counters();
  if (!counters) return counters.error();
  return (*counters)[verdict].packets;
}

/// The product as the agent attaches it.
class StandingDoor final : public Subject {
 public:
  static Result<std::unique_ptr<Subject>> open(const Options& options) {
    auto config = door_config(options);
    auto door = OuterDoor::open(config);
    if (!door) return door.error();
    const auto& what = get_case(options.case_name);
    std::unique_ptr<Subject> subject(new StandingDoor(std::move(config), std::move(*door), what));
    auto& outer = *static_cast<StandingDoor&>(*subject).door_;
    auto arranged = what.arrange(outer.tables(), options.traffic, what.verdict);
    if (!arranged) return arranged.error();
    if (auto attached = outer.attach(); !attached) return attached.error();
    return subject;
  }

  ~StandingDoor() override {
    door_.reset();
    (void)OuterDoor::detach(config_);
  }

  [[nodiscard]] int program_fd() const override { return -1; }
  [[nodiscard]] Result<std::uint64_t> counted() const override {
    return counted_in(door_->tables(), case_.verdict);
  }

 private:
  StandingDoor(OuterDoorConfig config, std::unique_ptr<OuterDoor> door, const Case& what)
      : config_(std::move(config)), door_(std::move(door)), case_(what) {}

  OuterDoorConfig config_;
  std::unique_ptr<OuterDoor> door_;
  const Case& case_;
};

/// The product's object, attached nowhere.
class LoadedDoor final : public Subject {
 public:
  static Result<std::unique_ptr<Subject>> load(const Options& options) {
    const auto config = door_config(options);
    auto object = BpfObject::load({.connections = config.max_connections,
                                   .sources = config.max_sources,
                                   .key_slots = config.max_key_slots});
    if (!object) return object.error();
    const auto& what = get_case(options.case_name);
    auto subject = std::unique_ptr<LoadedDoor>(new LoadedDoor(std::move(*object), what));
    auto tables = KernelTables::open(subject->object_);
    if (!tables) return tables.error();
    subject->tables_ = std::move(*tables);
    auto arranged = what.arrange(*subject->tables_, options.traffic, what.verdict);
    if (!arranged) return arranged.error();
    return std::unique_ptr<Subject>(std::move(subject));
  }

  [[nodiscard]] int program_fd() const override { return object_.xdp_fd(); }
  [[nodiscard]] Result<std::uint64_t> counted() const override {
    return counted_in(*tables_, case_.verdict);
  }

 private:
  LoadedDoor(BpfObject object, const Case& what) : object_(std::move(object)), case_(what) {}

  BpfObject object_;
  std::unique_ptr<KernelTables> tables_;
  const Case& case_;
};

/// A program that only answers.
class EmptyProgram final : public Subject {
 public:
  static Result<std::unique_ptr<Subject>> load(const Options& options) {
    auto subject = std::unique_ptr<EmptyProgram>(new EmptyProgram);
    subject->skeleton_.reset(bench_bpf::open_and_load());
    if (!subject->skeleton_) return system_failure(errno, "the kernel refuses an empty program");
    auto& programs = subject->skeleton_->progs;
    subject->program_ = options.subject == "xdp-drop"   ? programs.sp_bench_drop
                        : options.subject == "xdp-read" ? programs.sp_bench_read
                                                        : programs.sp_bench_pass;
    if (options.interface.empty()) return std::unique_ptr<Subject>(std::move(subject));
    const auto index = static_cast<int>(if_nametoindex(options.interface.c_str()));
    subject->link_.reset(bpf_program__attach_xdp(subject->program_, index));
    if (!subject->link_) return system_failure(errno, "can't attach to " + options.interface);
    return std::unique_ptr<Subject>(std::move(subject));
  }

  [[nodiscard]] int program_fd() const override { return bpf_program__fd(program_); }

 private:
  struct Close {
    void operator()(bench_bpf* skeleton) const noexcept { bench_bpf::destroy(skeleton); }
    void operator()(bpf_link* link) const noexcept { bpf_link__destroy(link); }
  };

  std::unique_ptr<bench_bpf, Close> skeleton_;
  std::unique_ptr<bpf_link, Close> link_;
  bpf_program* program_ = nullptr;
};

/// A program that somebody else loaded.
class ForeignProgram final : public Subject {
 public:
  explicit ForeignProgram(UniqueFd fd) : fd_(std::move(fd)) {}
  [[nodiscard]] int program_fd() const override { return fd_.get(); }

 private:
  UniqueFd fd_;
};

}  // namespace

Result<std::unique_ptr<Subject>> stand_on_interface(const Options& options) {
  if (options.subject == "program") {
    return failure(Errc::kInvalid, "a program of others is only timed, never attached");
  }
  return options.subject == "sallyport" ? StandingDoor::open(options) : EmptyProgram::load(options);
}

Result<std::unique_ptr<Subject>> load_subject(const Options& options) {
  if (options.subject == "sallyport") return LoadedDoor::load(options);
  if (options.subject != "program") return EmptyProgram::load(options);
  UniqueFd fd(bpf_prog_get_fd_by_id(options.program));
  if (!fd) return system_failure(errno, "no program " + std::to_string(options.program));
  return std::unique_ptr<Subject>(std::make_unique<ForeignProgram>(std::move(fd)));
}

}  // namespace sallyport::bench
