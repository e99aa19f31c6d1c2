// carillon: serve, sandbox, sample-data, check, version.
#include <cstdio>
#include <memory>

#include <malloc.h>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "base/log.h"
#include "server/command_line.h"
#include "server/version.h"

namespace carillon::server {

int fail(const Error& error) {
  fmt::print(stderr, "carillon: {}\n", error.message);
  return kExitFailed;
}

namespace {

/// Flags win over the environment, which wins over the file.
class ConfigurationOptions {
 public:
  void add_to(CLI::App& command) {
    command.add_option("--config", file_, "TOML file with settings");
    for (const auto& setting : settings_of(flags_)) {
      if (setting.flag.empty()) continue;
      given_.emplace_back(std::string(setting.key), add(command, setting));
    }
  }

  Result<Configuration> merged() {
    Configuration merged;
    if (!file_.empty()) {
      if (auto read = read_file(merged, file_); !read) return read.error();
    }
    read_environment(merged);
    const auto from = settings_of(flags_);
    const auto to = settings_of(merged);
    for (size_t i = 0; i < from.size(); ++i) {
      if (!is_given(from[i].key)) continue;
      std::visit(
          [&](auto* value) { *std::get<std::decay_t<decltype(value)>>(to[i].target) = *value; },
          from[i].target);
    }
    if (auto checked = check(merged); !checked) return checked.error();
    return merged;
  }

 private:
  static CLI::Option* add(CLI::App& command, const Setting& setting) {
    const std::string flag(setting.flag);
    const std::string help(setting.help);
    auto* option = std::visit([&](auto* value) { return command.add_option(flag, *value, help); },
                              setting.target);
    if (std::holds_alternative<int*>(setting.target)) {
      option->check(CLI::Range(setting.lowest, setting.highest));
    }
    return option->capture_default_str();
  }
  bool is_given(std::string_view key) const {
    for (const auto& [name, option] : given_) {
      if (name == key) return option->count() > 0;
    }
    return false;
  }

  std::string file_;
  Configuration flags_;
  std::vector<std::pair<std::string, CLI::Option*>> given_;
};

void add_serve_command(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("serve", "Runs the contact centre");
  auto options = std::make_shared<ConfigurationOptions>();
  auto demo = std::make_shared<bool>(false);
  options->add_to(*command);
  command->add_flag("--demo", *demo, "With a sandbox carrier, sample data and sign-ins");
  command->callback([options, demo, &status] {
    auto configuration = options->merged();
    if (!configuration) {
      status = fail(configuration.error());
      return;
    }
    configuration->demo = *demo;
    status = serve(*configuration);
  });
}

void add_check_command(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("check", "Checks the configuration and prints it");
  auto options = std::make_shared<ConfigurationOptions>();
  options->add_to(*command);
  command->callback([options, &status] {
    const auto configuration = options->merged();
    if (!configuration) {
      status = fail(configuration.error());
      return;
    }
    fmt::print("{}", describe(*configuration));
  });
}

int run(int argc, char** argv) {
  CLI::App app("Carillon: a contact centre in one server");
  app.require_subcommand(1);
  int status = kExitGood;
  add_serve_command(app, status);
  add_sandbox_command(app, status);
  add_sample_data_command(app, status);
  add_check_command(app, status);
  app.add_subcommand("version", "Prints the version")->callback([] {
    fmt::print("carillon {}\n", kVersion);
  });
  CLI11_PARSE(app, argc, argv);
  return status;
}

}  // namespace
}  // namespace carillon::server

int main(int argc, char** argv) {
  // One malloc arena: an arena for each thread holds memory that nobody uses.
  ::mallopt(M_ARENA_MAX, 1);
  try {
    return carillon::server::run(argc, argv);
  } catch (const std::exception& failure) {
    return carillon::server::fail({carillon::ErrorCode::kInternal, failure.what(), ""});
  }
}
