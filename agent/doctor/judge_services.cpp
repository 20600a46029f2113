// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "agent/base/time_text.hpp"
#include "agent/doctor/judge.hpp"

namespace sallyport {
namespace {

constexpr UnixSeconds kDay = 86400;
constexpr UnixSeconds kSoon = 14 * kDay;
constexpr mode_t kOthers = 007;
constexpr mode_t kAnyButOwner = 077;

void judge_validity(const CertificateFacts& facts, const std::string& subject, UnixSeconds now,
                    Findings& findings) {
  const std::string name = "the certificate " + facts.certificate_file;
  const char* const remedy =
      "get a new one, and have the agent read it: systemctl reload sallyport, or SIGHUP";
  if (now >= facts.not_after) {
    findings.push_back({Severity::kError, "certificate", subject,
                        name + " ended on " + show_time(facts.not_after), remedy});
  } else if (facts.not_after - now < kSoon) {
    findings.push_back({Severity::kWarning, "certificate", subject,
                        name + " ends soon, on " + show_time(facts.not_after), remedy});
  }
  if (now < facts.not_before) {
    findings.push_back({Severity::kError, "certificate", subject,
                        name + " is not valid before " + show_time(facts.not_before),
                        "is this host's clock right?"});
  }
}

}  // namespace

void judge_certificate(const CertificateFacts& facts, UnixSeconds now, Findings& findings) {
  const std::string subject = "service " + facts.service;
  if (!facts.trouble.empty()) {
    findings.push_back({Severity::kError, "certificate", subject, facts.trouble,
                        "correct `tls` of the service; both files are PEM, the key unencrypted"});
    return;
  }
  judge_validity(facts, subject, now, findings);
  if (!facts.is_keys) {
    findings.push_back(
        {Severity::kError, "private-key", subject,
         facts.private_key.path + " is not the private key of " + facts.certificate_file,
         "give the two files that were made together"});
  }
  if ((facts.private_key.mode & kOthers) != 0) {
    findings.push_back({Severity::kError, "private-key", subject,
                        "everybody on this host may read or change " + facts.private_key.path,
                        "chmod o= " + facts.private_key.path + ", and make a new key"});
  }
}

void judge_upstream(const UpstreamFacts& facts, Findings& findings) {
  if (facts.error == 0) return;
  findings.push_back(
      {Severity::kError, "upstream", "service " + facts.service,
       "the upstream " + facts.endpoint + " can't be reached: " + std::strerror(facts.error),
       "start it, or correct upstream.address; clients are told 502 or 504"});
}

void judge_store(const FileFacts& store, const FileFacts& directory, Findings& findings) {
  if (directory.error != 0) {
    findings.push_back(
        {directory.error == EACCES ? Severity::kUnknown : Severity::kError, "store", store.path,
         "its directory can't be used: " + std::string(std::strerror(directory.error)),
         "make " + directory.path + ", owned by the agent's user alone"});
    return;
  }
  if (store.error != 0 && store.error != ENOENT) {  // the first start makes it
    findings.push_back({Severity::kUnknown, "store", store.path,
                        "it can't be looked at: " + std::string(std::strerror(store.error)),
                        "run it as root"});
  }
  const bool is_shut = (directory.mode & kAnyButOwner) == 0;
  if (store.error == 0 && !is_shut && (store.mode & kAnyButOwner) != 0) {
    findings.push_back({Severity::kWarning, "store", store.path,
                        "others than its owner may read or change the registry",
                        "chmod go= " + store.path + "*, or chmod 700 " + directory.path});
  }
}

void judge_control_socket(const FileFacts& socket, Findings& findings) {
  if (socket.error != 0 || (socket.mode & kOthers) == 0) return;  // none: no agent runs
  findings.push_back({Severity::kError, "control-socket", socket.path,
                      "everybody on this host may control the agent", "chmod o= " + socket.path});
}

void judge_config_file(const FileFacts& file, Findings& findings) {
  if (file.error != 0 || (file.mode & 022) == 0) return;
  findings.push_back({Severity::kWarning, "configuration", file.path,
                      "others than its owner may change the configuration",
                      "chmod go-w " + file.path});
}

}  // namespace sallyport
