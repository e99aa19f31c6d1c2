#include "store/import/sample_data.h"

#include <map>
#include <string_view>
#include <utility>

#include <sodium.h>

#include "store/import/phone.h"
#include "store/import/zones.h"

namespace carillon::store {
namespace {

std::string random_password() {
  // No letters and digits that look alike; 16 of 31 are more than 79 bits.
  constexpr std::string_view kAlphabet = "abcdefghjkmnpqrstuvwxyz23456789";
  std::string password;
  for (int i = 0; i < 16; ++i) {
    if (i > 0 && i % 4 == 0) password += '-';
    password += kAlphabet[randombytes_uniform(static_cast<uint32_t>(kAlphabet.size()))];
  }
  return password;
}

Result<std::vector<UserId>> add_agents(Writer& writer, const SampleOptions& options,
                                       std::vector<SampleSignIn>& sign_ins) {
  std::vector<UserId> ids;
  for (const auto& [username, name] :
       {std::pair{"anna", "Anna Berg"}, {"ben", "Ben Carter"}, {"chloe", "Chloe Martin"}}) {
    User user;
    user.username = username;
    user.name = name;
    const std::string password = random_password();
    const auto hash = options.hash_password(password);
    if (!hash) return hash.error();
    const auto id = writer.add_user(user, *hash);
    if (!id) return id.error();
    ids.push_back(*id);
    sign_ins.push_back({username, password});
  }
  return ids;
}

Result<TrunkId> add_sandbox_trunk(Writer& writer, int port) {
  Trunk trunk;
  trunk.name = "Sandbox";
  trunk.host = "127.0.0.1";
  trunk.port = port;
  return writer.add_trunk(trunk);
}

/// The whole way that an imported row takes: parsed, with the zones of its number.
Result<void> add_leads(Writer& writer, LeadsetId leadset, const SampleOptions& options) {
  auto leads = sample_leads(options.leads, options.seed);
  std::map<ZoneListIndex, ZoneSetId> zone_sets;
  for (auto& lead : leads) {
    const auto phone = parse_phone(lead.phone, "");
    if (!phone) return phone.error();
    const auto list = zone_list_of(*phone);
    if (!zone_sets.contains(list)) {
      const auto set = writer.zone_set(zones_of(list));
      if (!set) return set.error();
      zone_sets[list] = *set;
    }
    lead.leadset = leadset;
    lead.zone_set = zone_sets[list];
  }
  return writer.add_leads(leadset, {}, leads);
}

}  // namespace

Script sample_script() {
  Script script;
  script.name = "Spring offer";
  script.body =
      "<h3>Greeting</h3>"
      "<p>Good day, am I speaking with <strong>{{first_name}} {{last_name}}</strong>? "
      "My name is {{agent_name}}, I am calling from Northwind Telecom.</p>"
      "<h3>Reason</h3>"
      "<p>You have been with us since {{customer_since}} on the <strong>{{plan}}</strong> plan. "
      "This spring, homes in {{city}} get the faster connection at the same price for a year.</p>"
      "<h3>Questions</h3>"
      "<ul><li>How many people use the connection at home?</li>"
      "<li>Is it fast enough for you today?</li></ul>"
      "<h3>Close</h3>"
      "<p>May I switch you over? I send the confirmation to {{email}}. "
      "Or shall I call again at a better time?</p>";
  return script;
}

Result<SampleData> add_sample_data(Writer& writer, const SampleOptions& options) {
  SampleData made;
  const auto agents = add_agents(writer, options, made.agents);
  if (!agents) return agents.error();
  const auto trunk = add_sandbox_trunk(writer, options.sandbox_port);
  if (!trunk) return trunk.error();
  const auto script = writer.add_script(sample_script());
  if (!script) return script.error();

  Campaign campaign;
  campaign.name = "Spring offer";
  campaign.type = DialerType::kAuto;
  campaign.active = false;
  campaign.script = *script;
  campaign.notes = "Sample data: nobody is called but the sandbox carrier.";
  campaign.caller_id = "+12125550100";
  campaign.source_statuses = {"New"};
  campaign.trunks = {*trunk};
  campaign.agents = *agents;
  const auto campaign_id = writer.add_campaign(campaign);
  if (!campaign_id) return campaign_id.error();

  Leadset leadset;
  leadset.name = "Spring offer customers";
  leadset.description = "People who do not exist, at numbers that are kept free for fiction.";
  leadset.campaign = *campaign_id;
  const auto leadset_id = writer.add_leadset(leadset);
  if (!leadset_id) return leadset_id.error();
  if (auto added = add_leads(writer, *leadset_id, options); !added) return added.error();

  made.campaign = *campaign_id;
  made.leadset = *leadset_id;
  made.trunk = *trunk;
  return made;
}

}  // namespace carillon::store
