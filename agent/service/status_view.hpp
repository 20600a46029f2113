// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/datapath/tables.hpp"
#include "agent/registry/model.hpp"

namespace sallyport {

struct InterfaceView {
  std::string name;
  std::string attached;  // "native", "dispatcher", "tc" or "none"
  std::string why;       // why not the better one; empty when native
};

struct ServiceView {
  std::string name;
  std::string listen;  // "0.0.0.0:443"
  std::string upstream;
  sp_mode mode = SP_MODE_OFF;
};

struct StatusView {
  std::string version;
  std::uint32_t abi_version = 0;
  std::uint64_t uptime_s = 0;
  std::uint64_t pid = 0;
  Revision revision = 0;
  std::uint64_t keys = 0;
  unsigned workers = 0;
  bool outer_door = false;      // false: the inner door does the whole job
  std::string outer_door_note;  // why, when false
  std::vector<InterfaceView> interfaces;
  std::vector<ServiceView> services;
  std::vector<TableUse> tables;
};

struct PacketCounter {
  std::string verdict;  // "PASS_BOUND"
  std::string text;
  sp_counter counter{};
};

/// A counter of the inner door or the sync, by its stable name ("connections_cut").
struct NamedCounter {
  std::string name;
  std::string text;
  std::uint64_t value = 0;
};

struct CountersView {
  std::vector<PacketCounter> packets;  // outer door, one per verdict
  std::vector<NamedCounter> checks;    // inner door, one per check code, "allowed" first
  std::vector<NamedCounter> agent;
};

}  // namespace sallyport
