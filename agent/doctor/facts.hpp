// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/clock.hpp"
#include "agent/datapath/program_census.hpp"

namespace sallyport {

// What was seen, before anybody judges it. nullopt: the host does not say.

struct InterfaceFacts {
  std::string name;
  bool exists = false;
  bool is_up = false;
  std::string driver;  // empty: unknown
  unsigned mtu = 0;
  std::optional<bool> native_xdp;
  std::string vlan_of;                  // the interface below, where it is a VLAN
  std::string master;                   // the bond or bridge that it is a part of
  std::string bond_mode;                // "802.3ad", where it is a bond
  std::optional<unsigned> queues;       // that receive
  std::optional<unsigned> most_queues;  // that it could have
  bool has_lro = false;
  bool has_hardware_gro = false;
  std::vector<AttachedProgram> programs;
  std::string untold;  // why the programs could not be read
};

struct HostFacts {
  unsigned kernel_major = 0;
  unsigned kernel_minor = 0;
  unsigned cpus = 1;
  unsigned page_bytes = 4096;
  bool has_btf = false;
  bool has_bpffs = false;  // at the pin directory
  bool has_unlimited_memlock = true;
  std::optional<bool> has_jit;
  std::optional<bool> is_clock_synchronised;
};

struct FileFacts {
  std::string path;
  int error = 0;  // errno; 0: it is there
  mode_t mode = 0;
};

struct CertificateFacts {
  std::string service;
  std::string certificate_file;
  std::string trouble;   // why it can't be used; empty: it can
  bool is_keys = false;  // the private key is its own
  UnixSeconds not_before = 0;
  UnixSeconds not_after = 0;
  FileFacts private_key;
};

struct UpstreamFacts {
  std::string service;
  std::string endpoint;
  int error = 0;  // errno of connecting; 0: it answers
};

}  // namespace sallyport
