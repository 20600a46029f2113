// SPDX-License-Identifier: Apache-2.0
#include "agent/app/options.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>

#include "agent/app/app.hpp"
#include "agent/app/store_verbs.hpp"
#include "agent/base/nearest_name.hpp"
#include "agent/config/config_file.hpp"
#include "agent/datapath/outer_door.hpp"
#include "agent/doctor/doctor.hpp"

namespace sallyport {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;

/// Prints every error of the file, each with its line.
bool load_config(const std::string& file, Config& config) {
  auto text = read_config_file(file);
  if (!text) {
    std::cerr << "sallyportd: " << text.error().message << "\n";
    if (!text.error().remedy.empty()) std::cerr << "  " << text.error().remedy << "\n";
    return false;
  }
  auto parsed = parse_config(*text);
  for (const auto& error : parsed.errors) {
    std::cerr << file << ":" << error.line << ": " << error.message << "\n";
  }
  if (!parsed.errors.empty()) {
    std::cerr << "sallyportd: " << file << " has " << parsed.errors.size() << " error"
              << (parsed.errors.size() == 1 ? "" : "s") << "; nothing was started\n";
    return false;
  }
  config = std::move(parsed.config);
  return true;
}

/// Raw keys pass through this process's memory: it never leaves a core file.
void forbid_core_dumps() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
}

/// Before any thread is made, so that all inherit it.
void prepare_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGHUP);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

int fail(const Failure& failure) {
  std::cerr << "sallyportd: " << failure.message << "\n";
  if (!failure.remedy.empty()) std::cerr << "  " << failure.remedy << "\n";
  return kExitFailed;
}

int serve(const Config& config, PassedSockets passed) {
  forbid_core_dumps();
  prepare_signals();
  const auto manager = ServiceManager::from_environment();
  auto app = App::open(config, std::move(passed));
  if (!app) return fail(app.error());
  (*app)->run(manager);
  return 0;
}

int detach(const Config& config) {
  auto removed = OuterDoor::detach(config.outer_door);
  if (!removed) return fail(removed.error());
  for (const auto& what : *removed) std::cout << "removed " << what << "\n";
  if (removed->empty()) std::cout << "nothing of ours was attached or pinned\n";
  return 0;
}

void say_unknown(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  const std::string given = app.remaining().empty() ? "" : app.remaining().front();
  const std::string word = given.substr(0, given.find('='));
  const auto nearest = nearest_name(word, known);
  std::cerr << "no such option: " << word;
  if (!nearest.empty()) std::cerr << "; did you mean " << nearest << "?";
  std::cerr << "\n  sallyportd --help lists them\n";
}

}  // namespace

Options parse_options(int argc, char** argv) {
  Options options;
  CLI::App app{
      "sallyportd: edge filter for API keys. Refuses revoked, foreign and spent keys in the "
      "kernel, and proves everything else in its TLS terminator."};
  bool check_config = false;
  bool detach_door = false;
  bool doctor = false;
  app.add_option("-c,--config", options.config_file, "configuration file (YAML)")
      ->capture_default_str();
  auto* check = app.add_flag("--check-config", check_config,
                             "report every error of the configuration file and exit");
  app.add_flag("--detach", detach_door,
               "remove our programs, pins and verdicts from the kernel and exit")
      ->excludes(check);
  app.add_flag("--doctor", doctor,
               "look for what keeps this host from running it well, and print what was found as "
               "JSON; `sallyport doctor` shows it")
      ->excludes(check);
  auto* check_store = app.add_option("--check-store", options.store_file,
                                     "look through a store that no agent has open (default: the "
                                     "configured one), or a backup, and exit")
                          ->expected(0, 1)
                          ->excludes(check);
  std::string backup;
  auto* restore = app.add_option("--restore", backup,
                                 "put this backup where the configured store is, which is kept "
                                 "beside it, and exit")
                      ->excludes(check)
                      ->excludes(check_store);
  app.set_version_flag("--version", "sallyportd " SALLYPORT_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    options.verb = Options::Verb::kExit;
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
      say_unknown(app);
      options.exit_status = kExitUsage;
    } else {
      options.exit_status = app.exit(error) == 0 ? 0 : kExitUsage;
    }
    return options;
  }
  if (check_config) options.verb = Options::Verb::kCheckConfig;
  if (doctor) options.verb = Options::Verb::kDoctor;
  if (detach_door) options.verb = Options::Verb::kDetach;
  if (*check_store) options.verb = Options::Verb::kCheckStore;
  if (*restore) {
    options.verb = Options::Verb::kRestore;
    options.store_file = backup;
  }
  return options;
}

int run_agent(const Options& options) {
  if (options.verb == Options::Verb::kExit) return options.exit_status;
  PassedSockets passed(passed_descriptors());
  spdlog::set_default_logger(spdlog::stderr_color_mt("sallyportd"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%l%$ %v");

  Config config;
  if (!load_config(options.config_file, config)) return kExitUsage;
  spdlog::set_level(spdlog::level::from_str(config.log_level));
  switch (options.verb) {
    case Options::Verb::kDoctor:
      std::cout << to_json(examine(options.config_file, config)) << "\n";
      return 0;
    case Options::Verb::kCheckConfig:
      std::cout << options.config_file << ": no errors\n";
      return 0;
    case Options::Verb::kDetach:
      return detach(config);
    case Options::Verb::kCheckStore:
      return check_store_file(options.store_file.empty() ? config.store_file : options.store_file);
    case Options::Verb::kRestore:
      return restore_store_file(options.store_file, config.store_file);
    default:
      return serve(config, std::move(passed));
  }
}

}  // namespace sallyport
