#include "server/demo.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/unique_fd.h"
#include "server/sample_data.h"
#include "server/secrets.h"
#include "server/store_calls.h"
#include "store/import/phone.h"
#include "store/import/zones.h"

namespace carillon::server {
namespace {

constexpr const char* kTrunkName = "Sandbox carrier";
constexpr int kLeads = 1'000;
constexpr size_t kLeadsPerChange = 250;

struct Account {
  const char* username;
  const char* name;
  Role role;
  const char* what_for;
};
constexpr Account kAccounts[] = {
    {"admin", "Alex Admin", Role::kAdministrator, "everything, also trunks and users"},
    {"supervisor", "Sam Supervisor", Role::kSupervisor, "dashboard, campaigns, leads"},
    {"agent1", "Ana Silva", Role::kAgent, "agent console"},
    {"agent2", "Ben Carter", Role::kAgent, "agent console"},
    {"agent3", "Chloe Martin", Role::kAgent, "agent console"},
};

Result<void> write_sign_ins(const std::filesystem::path& path, const std::vector<SignIn>& all) {
  std::string text;
  for (const auto& one : all) {
    text += fmt::format("{:<12} {}   {}\n", one.username, one.password, one.what_for);
  }
  ::unlink(path.c_str());
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file || ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      ::fsync(file.get()) != 0) {
    return Error{ErrorCode::kStorage,
                 fmt::format("{} cannot be written: {}.", path.string(), std::strerror(errno)), ""};
  }
  return {};
}

Result<std::vector<UserId>> add_accounts(store::Writer& writer, const std::vector<SignIn>& sign_ins,
                                         const std::vector<std::string>& hashes) {
  std::vector<UserId> agents;
  for (size_t i = 0; i < sign_ins.size(); ++i) {
    User user;
    user.username = sign_ins[i].username;
    user.name = kAccounts[i].name;
    user.role = kAccounts[i].role;
    auto id = writer.add_user(user, hashes[i]);
    if (!id) return id.error();
    if (user.role == Role::kAgent) agents.push_back(*id);
  }
  return agents;
}

Campaign sample_campaign(ScriptId script, TrunkId trunk, std::vector<UserId> agents) {
  Campaign campaign;
  campaign.name = "Upgrade offer";
  campaign.type = DialerType::kAuto;
  campaign.script = script;
  campaign.notes = "The sandbox's customers never sleep, so this campaign may call at any hour.";
  campaign.caller_id = "+12025550199";
  campaign.source_statuses = {"New"};
  campaign.trunks = {trunk};
  campaign.window_from_min = 0;
  campaign.window_to_min = 24 * 60;
  campaign.agents = std::move(agents);
  return campaign;
}

/// Accounts, trunk, script, campaign and an empty leadset, in one change.
Result<void> add_records(store::Writer& writer, const std::vector<SignIn>& sign_ins,
                         const std::vector<std::string>& hashes, int sandbox_port,
                         LeadsetId& leadset_id) {
  auto agents = add_accounts(writer, sign_ins, hashes);
  if (!agents) return agents.error();
  Trunk trunk;
  trunk.name = kTrunkName;
  trunk.host = "127.0.0.1";
  trunk.port = sandbox_port;
  trunk.channels = 200;
  const auto trunk_id = writer.add_trunk(trunk);
  if (!trunk_id) return trunk_id.error();
  const auto script_id = writer.add_script(sample_script());
  if (!script_id) return script_id.error();
  const auto campaign_id =
      writer.add_campaign(sample_campaign(*script_id, *trunk_id, std::move(agents).value()));
  if (!campaign_id) return campaign_id.error();
  Leadset leadset;
  leadset.name = "Sample customers";
  leadset.description = "1,000 people who do not exist, at numbers that nobody has.";
  leadset.campaign = *campaign_id;
  const auto made = writer.add_leadset(leadset);
  if (!made) return made.error();
  leadset_id = *made;
  return {};
}

Result<void> add_some_leads(store::Writer& writer, LeadsetId leadset, std::vector<Lead> leads) {
  for (auto& lead : leads) {
    const auto number = store::parse_phone(lead.phone, "US");
    if (!number) return number.error();
    const auto zones = writer.zone_set(store::zones_of(store::zone_list_of(*number)));
    if (!zones) return zones.error();
    lead.leadset = leadset;
    lead.phone = number->e164;
    lead.zone_set = *zones;
  }
  return writer.add_leads(leadset, ImportId{}, leads);
}

Result<void> fill(store::Store& store, const std::vector<SignIn>& sign_ins, int sandbox_port) {
  std::vector<std::string> hashes;
  for (const auto& one : sign_ins) {
    hashes.push_back(hash_password(one.password));
    if (hashes.back().empty()) {
      return Error{ErrorCode::kUnavailable, "There is not enough memory to hash a password.", ""};
    }
  }
  const auto leadset = std::make_shared<LeadsetId>();
  auto made = change_now(store, [=](store::Writer& writer) {
    return add_records(writer, sign_ins, hashes, sandbox_port, *leadset);
  });
  if (!made) return made;
  const auto leads = sample_leads(kLeads, 1);
  for (size_t at = 0; at < leads.size(); at += kLeadsPerChange) {
    const auto from = leads.begin() + static_cast<std::ptrdiff_t>(at);
    const auto count = std::min(kLeadsPerChange, leads.size() - at);
    std::vector<Lead> some(from, from + static_cast<std::ptrdiff_t>(count));
    made = change_now(store, [&](store::Writer& writer) {
      return add_some_leads(writer, *leadset, std::move(some));
    });
    if (!made) return made;
  }
  return {};
}

/// The sandbox may have got another port than at the last start.
Result<void> point_trunk_to(store::Store& store, int sandbox_port) {
  return change_now(store, [sandbox_port](store::Writer& writer) -> Result<void> {
    auto trunks = writer.all_trunks();
    if (!trunks) return trunks.error();
    const auto trunk = std::ranges::find(*trunks, kTrunkName, &Trunk::name);
    if (trunk == trunks->end() || trunk->port == sandbox_port) return {};
    trunk->port = sandbox_port;
    return writer.save_trunk(*trunk);
  });
}

}  // namespace

Result<Demo> prepare_demo(store::Store& store, const std::filesystem::path& data_folder,
                          int sandbox_port) {
  Demo demo;
  demo.sign_in_file = data_folder / "sign-ins.txt";
  const auto administrators =
      read_now<int64_t>(store, [](store::Reader& reader) { return reader.count_administrators(); });
  if (!administrators) return administrators.error();
  if (*administrators > 0) {
    if (auto pointed = point_trunk_to(store, sandbox_port); !pointed) return pointed.error();
    return demo;
  }
  for (const auto& account : kAccounts) {
    demo.sign_ins.push_back({account.username, make_code(3), account.what_for});
  }
  // The file first: an account whose password nobody knows would be of no use.
  if (auto written = write_sign_ins(demo.sign_in_file, demo.sign_ins); !written) {
    return written.error();
  }
  if (auto filled = fill(store, demo.sign_ins, sandbox_port); !filled) return filled.error();
  return demo;
}

}  // namespace carillon::server
