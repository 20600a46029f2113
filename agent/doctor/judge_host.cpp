// SPDX-License-Identifier: Apache-2.0
#include "agent/doctor/judge.hpp"

namespace sallyport {
namespace {

constexpr std::string_view kHost = "host";

bool is_before(const HostFacts& facts, unsigned major, unsigned minor) noexcept {
  return facts.kernel_major < major || (facts.kernel_major == major && facts.kernel_minor < minor);
}

void judge_bpf(const HostFacts& facts, const OuterDoorConfig& config, Findings& findings) {
  const std::string host(kHost);
  if (is_before(facts, 6, 1)) {
    findings.push_back({Severity::kError, "kernel", host,
                        "Linux " + std::to_string(facts.kernel_major) + "." +
                            std::to_string(facts.kernel_minor) + " is older than 6.1",
                        "use a newer kernel: Debian 12's is new enough"});
  }
  if (!facts.has_btf) {
    findings.push_back({Severity::kError, "btf", host,
                        "the kernel does not describe its types (/sys/kernel/btf/vmlinux)",
                        "use a kernel with CONFIG_DEBUG_INFO_BTF, as distributions' are"});
  }
  if (!facts.has_bpffs) {
    findings.push_back({Severity::kError, "bpffs", host,
                        config.pin_directory + " is not on a BPF file system",
                        "mount -t bpf bpf /sys/fs/bpf (systemd does it), or set "
                        "outer_door.pin_directory"});
  }
  if (is_before(facts, 5, 11) && !facts.has_unlimited_memlock) {
    findings.push_back({Severity::kError, "memlock", host,
                        "the limit of locked memory keeps the kernel's tables from being made",
                        "ulimit -l unlimited, or LimitMEMLOCK=infinity in the service"});
  }
  if (!facts.has_jit.value_or(true)) {
    findings.push_back({Severity::kWarning, "jit", host,
                        "BPF programs are interpreted, which takes several times as long",
                        "sysctl net.core.bpf_jit_enable=1"});
  }
}

}  // namespace

void judge_host(const HostFacts& facts, const OuterDoorConfig& config, Findings& findings) {
  if (!config.interfaces.empty()) judge_bpf(facts, config, findings);
  if (!facts.is_clock_synchronised) {
    findings.push_back({Severity::kUnknown, "clock", std::string(kHost),
                        "whether the clock is kept can't be seen", "run it as root"});
  } else if (!*facts.is_clock_synchronised) {
    findings.push_back({Severity::kWarning, "clock", std::string(kHost),
                        "nobody keeps the clock: keys and certificates end by it",
                        "run chrony or systemd-timesyncd; where another way is used, "
                        "--ignore clock"});
  }
}

}  // namespace sallyport
