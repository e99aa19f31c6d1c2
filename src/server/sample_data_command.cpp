#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "server/command_line.h"
#include "store/import/sample_leads.h"

namespace carillon::server {
namespace {

std::string quoted(const std::string& cell) {
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string text = "\"";
  for (const char c : cell) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + "\"";
}

/// The leads as a customer would upload them.
std::string to_csv(const std::vector<Lead>& leads) {
  std::string text =
      "Phone,First name,Last name,Gender,Address,City,State,Postal code,Country,E-mail,Status\r\n";
  for (const auto& lead : leads) {
    text += fmt::format("{},{},{},{},{},{},{},{},{},{},{}\r\n", lead.phone, quoted(lead.first_name),
                        quoted(lead.last_name), lead.gender, quoted(lead.address1),
                        quoted(lead.city), quoted(lead.state), quoted(lead.postal_code),
                        lead.country_code, lead.email, lead.status);
  }
  return text;
}

struct Options {
  int leads = 1'000;
  uint64_t seed = 1;
  std::string out;
};

int run(const Options& options) {
  const auto text = to_csv(store::sample_leads(options.leads, options.seed));
  if (options.out.empty()) {
    fmt::print("{}", text);
    return kExitGood;
  }
  std::ofstream file(options.out, std::ios::binary);
  file << text;
  file.close();
  if (file) return kExitGood;
  return fail({ErrorCode::kStorage,
               fmt::format("{} cannot be written. Choose another file.", options.out), ""});
}

}  // namespace

void add_sample_data_command(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("sample-data", "Writes a CSV file of made-up leads");
  auto options = std::make_shared<Options>();
  command->add_option("--leads", options->leads, "How many")
      ->check(CLI::Range(1, 4'000))
      ->capture_default_str();
  command->add_option("--seed", options->seed, "The same seed gives the same people")
      ->capture_default_str();
  command->add_option("--out", options->out, "File to write; standard output if not given");
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace carillon::server
