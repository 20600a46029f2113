// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bpf/bpf.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>

#include "agent/base/unique_fd.hpp"
#include "tests/support/packet_builder.hpp"

namespace sallyport::test {

/// A program that returns one value and nothing else: somebody else's program on an interface,
/// or what an empty one costs. Throws when the kernel refuses it.
inline UniqueFd load_returning(bpf_prog_type type, const char* name, int value) {
  const std::array<bpf_insn, 2> instructions = {
      bpf_insn{
          .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = value},
      bpf_insn{.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
  LIBBPF_OPTS(bpf_prog_load_opts, options);
  if (type == BPF_PROG_TYPE_XDP) options.expected_attach_type = BPF_XDP;
  UniqueFd program(
      bpf_prog_load(type, name, "GPL", instructions.data(), instructions.size(), &options));
  if (!program) throw std::runtime_error(std::string(name) + ": " + std::strerror(errno));
  return program;
}

/// Nanoseconds a run of `program` on `frame`, on average over `repeat` runs by BPF_PROG_RUN.
inline std::uint32_t run_cost_ns(int program, const Bytes& frame, unsigned repeat) {
  LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.data(),
              .data_size_in = static_cast<__u32>(frame.size()), .repeat = static_cast<int>(repeat));
  if (bpf_prog_test_run_opts(program, &options) != 0) {
    throw std::runtime_error(std::string("BPF_PROG_RUN: ") + std::strerror(errno));
  }
  return options.duration;
}

}  // namespace sallyport::test
