// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/packet/subject.hpp"

#include <utility>

#include "agent/datapath/bpf_object.hpp"
#include "agent/datapath/kernel_tables.hpp"
#include "agent/datapath/outer_door.hpp"
#include "tools/bench/packet/cases.hpp"
#include "tools/bench/packet/peer_programs.hpp"
#include "tools/bench/packet/state.hpp"

namespace sallyport::bench {
namespace {

OuterDoorConfig door_config(const Options& options) {
  const auto capacities = capacities_for(state_size(options.state), options.traffic);
  OuterDoorConfig config;
  config.interfaces = {options.interface};
  config.attach = Attach::kNative;
  config.pin_directory = options.pin_directory;
  config.max_connections = capacities.connections;
  config.max_sources = capacities.sources;
  config.max_denied_keys = capacities.denied_keys;
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
    auto arranged = arrange(what, outer.tables(), options);
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
    auto object = BpfObject::load(capacities_for(state_size(options.state), options.traffic));
    if (!object) return object.error();
    const auto& what = get_case(options.case_name);
    auto subject = std::unique_ptr<LoadedDoor>(new LoadedDoor(std::move(*object), what));
    auto tables = KernelTables::open(subject->object_);
    if (!tables) return tables.error();
    subject->tables_ = std::move(*tables);
    auto arranged = arrange(what, *subject->tables_, options);
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

}  // namespace

Result<std::unique_ptr<Subject>> stand_on_interface(const Options& options) {
  return options.subject == "sallyport" ? StandingDoor::open(options) : attach_peer(options);
}

Result<std::unique_ptr<Subject>> load_subject(const Options& options) {
  return options.subject == "sallyport" ? LoadedDoor::load(options) : load_peer(options);
}

}  // namespace sallyport::bench
