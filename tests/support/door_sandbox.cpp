// SPDX-License-Identifier: Apache-2.0
#include "tests/support/door_sandbox.hpp"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "agent/base/unique_fd.hpp"

namespace sallyport::test {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::strerror(errno));
}

void must(int result, const char* what) {
  if (result < 0) fail(what);
}

}  // namespace

std::string DoorSandbox::lack() {
  return geteuid() == 0 ? "" : "needs root: namespaces and BPF";
}

DoorSandbox::DoorSandbox() {
  must(unshare(CLONE_NEWNET | CLONE_NEWNS), "unshare");
  must(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "making mounts private");
  char path[] = "/tmp/sallyport-door-XXXXXX";
  if (mkdtemp(path) == nullptr) fail("mkdtemp");
  directory_ = path;
  must(mount("bpf", path, "bpf", 0, nullptr), "mounting a bpffs");
  must(mount("bpf", "/sys/fs/bpf", "bpf", 0, nullptr), "mounting the bpffs of libxdp");
  must(mount("tmpfs", "/run", "tmpfs", 0, nullptr), "mounting /run");  // xdp-filter's lock
  command("ip link add edge type veth peer name peer");
  command("ip link set edge up");
  command("ip link set peer up");
}

DoorSandbox::~DoorSandbox() {
  umount2("/run", MNT_DETACH);
  umount2("/sys/fs/bpf", MNT_DETACH);
  umount2(directory_.c_str(), MNT_DETACH);
  rmdir(directory_.c_str());
}

OuterDoorConfig DoorSandbox::config(std::vector<std::string> interfaces) const {
  OuterDoorConfig config;
  config.interfaces = std::move(interfaces);
  config.pin_directory = directory_ + "/sallyport";
  config.max_connections = 64;
  config.max_sources = 64;
  config.max_key_slots = 16;
  return config;
}

void DoorSandbox::command(const std::string& line) {
  if (std::system(line.c_str()) != 0) throw std::runtime_error("failed: " + line);
}

void DoorSandbox::send(const std::string& interface, const Bytes& frame) {
  const UniqueFd socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  must(socket.get(), "packet socket");
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_ifindex = static_cast<int>(if_nametoindex(interface.c_str()));
  to.sll_halen = ETH_ALEN;
  if (sendto(socket.get(), frame.data(), frame.size(), 0, reinterpret_cast<const sockaddr*>(&to),
             sizeof to) < 0) {
    fail("sending on " + interface);
  }
}

std::uint32_t DoorSandbox::xdp_program_on(const std::string& interface) {
  __u32 id = 0;
  must(bpf_xdp_query_id(static_cast<int>(if_nametoindex(interface.c_str())), 0, &id), "XDP query");
  return id;
}

std::uint32_t DoorSandbox::tc_program_on(const std::string& interface, std::uint32_t priority) {
  const auto silent = libbpf_set_print(nullptr);  // "no such filter" is an answer here
  LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = static_cast<int>(if_nametoindex(interface.c_str())),
              .attach_point = BPF_TC_INGRESS);
  LIBBPF_OPTS(bpf_tc_opts, options, .handle = 1, .priority = priority);
  const int error = bpf_tc_query(&hook, &options);
  libbpf_set_print(silent);
  return error == 0 ? options.prog_id : 0;
}

std::uint32_t DoorSandbox::link_id(const std::string& pin) {
  const UniqueFd link(bpf_obj_get(pin.c_str()));
  bpf_link_info info{};
  __u32 length = sizeof info;
  if (!link || bpf_obj_get_info_by_fd(link.get(), &info, &length) != 0) return 0;
  return info.id;
}

}  // namespace sallyport::test
