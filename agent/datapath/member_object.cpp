// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/member_object.hpp"

#include <bpf/libbpf.h>

#include <cerrno>

#include "agent/datapath/bpf_object.hpp"
#include "sallyport.skel.h"

namespace sallyport {

void MemberObject::Destroy::operator()(sallyport_bpf* skeleton) const noexcept {
  sallyport_bpf__destroy(skeleton);
}

Result<MemberObject> MemberObject::open(const BpfObject& loaded) {
  sallyport_bpf* const skeleton = sallyport_bpf__open();
  if (skeleton == nullptr) return system_failure(errno, "opening our programs once more");
  MemberObject member(skeleton);
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, skeleton->obj) {
    bpf_program__set_autoload(program, program == skeleton->progs.sp_xdp_shared);
  }
  // The internal map of constants too: it is frozen, so that the verifier reads through it.
  bpf_map* map = nullptr;
  bpf_object__for_each_map(map, skeleton->obj) {
    const char* const name = bpf_map__name(map);
    const int fd = bpf_object__find_map_fd_by_name(loaded.skeleton().obj, name);
    if (fd < 0) return system_failure(-fd, std::string("the loaded programs have no map ") + name);
    if (const int error = bpf_map__reuse_fd(map, fd); error != 0) {
      return system_failure(-error, std::string("sharing the map ") + name);
    }
  }
  return member;
}

bpf_object* MemberObject::get() const noexcept {
  return skeleton_->obj;
}

const char* MemberObject::program_name() const noexcept {
  return bpf_program__name(skeleton_->progs.sp_xdp_shared);
}

}  // namespace sallyport
