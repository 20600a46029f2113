// SPDX-License-Identifier: Apache-2.0
#include "agent/app/store_verbs.hpp"

#include <iostream>

#include "agent/registry/audit_chain.hpp"
#include "agent/registry/store_check.hpp"

namespace sallyport {
namespace {

constexpr int kSound = 0;
constexpr int kUnsound = 1;
constexpr int kFailed = 2;

int fail(const Failure& failure) {
  std::cerr << "sallyportd: " << failure.message << "\n";
  if (!failure.remedy.empty()) std::cerr << "  " << failure.remedy << "\n";
  return kFailed;
}

int tell_faults(const std::string& file, const StoreCondition& condition, const char* remedy) {
  for (const auto& fault : condition.faults) std::cerr << file << ": " << fault << "\n";
  std::cerr << "sallyportd: " << file << " is not sound\n  " << remedy << "\n";
  return kUnsound;
}

void tell(const StoreCondition& condition) {
  std::cout << "  revision     " << condition.revision << "\n  keys         " << condition.keys
            << "\n  audit head   " << head_text(condition.head) << "\n";
}

}  // namespace

int check_store_file(const std::string& file) {
  const auto condition = check_store(file);
  if (!condition) return fail(condition.error());
  if (!condition->faults.empty()) {
    return tell_faults(file, *condition, "restore a backup: sallyportd --restore FILE");
  }
  std::cout << file << " is sound\n";
  tell(*condition);
  return kSound;
}

int restore_store_file(const std::string& backup, const std::string& store) {
  const auto restored = restore_store(backup, store);
  if (!restored) return fail(restored.error());
  if (!restored->condition.faults.empty()) {
    return tell_faults(backup, restored->condition, "nothing was changed: take another backup");
  }
  std::cout << "restored " << store << " from " << backup << "\n";
  tell(restored->condition);
  if (!restored->kept.empty()) std::cout << "  the former one is " << restored->kept << "\n";
  return kSound;
}

}  // namespace sallyport
