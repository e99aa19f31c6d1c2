// Records that people change: what is kept, what is refused and with which words.
#include "store/testing/on_both.h"

#include <gmock/gmock.h>

namespace carillon::store::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class Records : public OnBoth {
 protected:
  TestStore store{database.address()};

  UserId add_user(const std::string& username, Role role) {
    return store.make([&](Writer& writer) {
      User user;
      user.username = username;
      user.name = "Name of " + username;
      user.role = role;
      return writer.add_user(user, "hash of " + username);
    });
  }
  TrunkId add_trunk(const std::string& name) {
    return store.make([&](Writer& writer) {
      Trunk trunk;
      trunk.name = name;
      trunk.host = "sip.example.com";
      return writer.add_trunk(trunk);
    });
  }
};

TEST_P(Records, KeepsEveryFieldOfACampaign) {
  const auto agent = add_user("anna", Role::kAgent);
  const auto first = add_trunk("first"), second = add_trunk("second");
  Campaign campaign;
  campaign.name = "Größe Ω 日本 🎉";
  campaign.type = DialerType::kPreview;
  campaign.active = true;
  campaign.notes = "line one\nline two";
  campaign.caller_id = "+14155550100";
  campaign.source_statuses = {"New", "Ready \"quoted\"", "it's"};
  campaign.outbound_multiplier = 2.25;
  campaign.trunks = {second, first};
  campaign.tech_prefix = "99#";
  campaign.channels = 33;
  campaign.cps = 7.5;
  campaign.ring_timeout_ms = 20'000;
  campaign.answer_wait_ms = 1'500;
  campaign.wrap_up_limit_ms = 45'000;
  campaign.window_from_min = 9 * 60;
  campaign.window_to_min = 20 * 60;
  campaign.max_attempts = 4;
  campaign.retry_rules = {{Outcome::kBusy, 600}};
  campaign.recording = false;
  campaign.transfer_allowed = false;
  campaign.dispositions = {{.name = "YES", .final = true, .sale = true}};
  campaign.agents = {agent};
  campaign.id = store.make([&](Writer& writer) { return writer.add_campaign(campaign); });

  const auto kept = store.ask([&](Reader& reader) { return reader.campaign(campaign.id); });
  EXPECT_EQ(kept.name, campaign.name);
  EXPECT_EQ(kept.type, campaign.type);
  EXPECT_EQ(kept.active, campaign.active);
  EXPECT_EQ(kept.notes, campaign.notes);
  EXPECT_EQ(kept.caller_id, campaign.caller_id);
  EXPECT_EQ(kept.source_statuses, campaign.source_statuses);
  EXPECT_DOUBLE_EQ(kept.outbound_multiplier, campaign.outbound_multiplier);
  EXPECT_EQ(kept.trunks, campaign.trunks);
  EXPECT_EQ(kept.tech_prefix, campaign.tech_prefix);
  EXPECT_EQ(kept.channels, campaign.channels);
  EXPECT_DOUBLE_EQ(kept.cps, campaign.cps);
  EXPECT_EQ(kept.ring_timeout_ms, campaign.ring_timeout_ms);
  EXPECT_EQ(kept.answer_wait_ms, campaign.answer_wait_ms);
  EXPECT_EQ(kept.wrap_up_limit_ms, campaign.wrap_up_limit_ms);
  EXPECT_EQ(kept.window_from_min, campaign.window_from_min);
  EXPECT_EQ(kept.window_to_min, campaign.window_to_min);
  EXPECT_EQ(kept.max_attempts, campaign.max_attempts);
  ASSERT_THAT(kept.retry_rules, SizeIs(1));
  EXPECT_EQ(kept.retry_rules[0].outcome, Outcome::kBusy);
  EXPECT_EQ(kept.retry_rules[0].after_s, 600);
  EXPECT_FALSE(kept.recording);
  EXPECT_FALSE(kept.transfer_allowed);
  ASSERT_THAT(kept.dispositions, SizeIs(1));
  EXPECT_TRUE(kept.dispositions[0].sale);
  EXPECT_EQ(kept.agents, campaign.agents);

  EXPECT_EQ(store.expect<CampaignChanged>().campaign.trunks, campaign.trunks);
}

TEST_P(Records, TellsTheCoreAboutCampaignsTrunksAndAgents) {
  const auto trunk = add_trunk("t");
  ASSERT_THAT(store.expect<TrunksChanged>().trunks, SizeIs(1));
  const auto agent = add_user("bob", Role::kAgent);
  ASSERT_THAT(store.expect<AgentsChanged>().agents, SizeIs(1));
  const auto sample = make_campaign(store, 0);
  store.expect<ZoneSetsChanged>();
  store.clear_events();

  ASSERT_TRUE(store.change([&](Writer& writer) -> Result<void> {
    auto campaign = writer.campaign(sample.campaign);
    campaign->agents = {agent};
    campaign->trunks = {trunk};
    return writer.save_campaign(*campaign);
  }));
  EXPECT_THAT(store.expect<CampaignChanged>().campaign.agents, ElementsAre(agent));

  // A deleted agent leaves the campaigns.
  ASSERT_TRUE(store.change([&](Writer& writer) { return writer.remove_user(agent); }));
  EXPECT_THAT(store.expect<AgentsChanged>().agents, SizeIs(0));
  EXPECT_THAT(store.expect<CampaignChanged>().campaign.agents, SizeIs(0));

  const auto in_use = store.change([&](Writer& writer) { return writer.remove_trunk(trunk); });
  ASSERT_FALSE(in_use);
  EXPECT_EQ(in_use.error().code, ErrorCode::kConflict);
  EXPECT_THAT(in_use.error().message, HasSubstr("Take it out of them first"));

  ASSERT_TRUE(
      store.change([&](Writer& writer) { return writer.remove_campaign(sample.campaign); }));
  EXPECT_EQ(store.expect<CampaignRemoved>().campaign, sample.campaign);
  const auto leadset = store.ask([&](Reader& reader) { return reader.leadset(sample.leadset); });
  EXPECT_FALSE(leadset.campaign);
}

TEST_P(Records, SettingsAreKeptAuditedAndReachTheTrunksWithoutADomain) {
  EXPECT_EQ(store.ask([](Reader& reader) { return reader.settings(); }).recordings_keep_days, 0);
  const auto plain = add_trunk("plain");
  ASSERT_TRUE(store.change([&](Writer& writer) -> Result<void> {
    Trunk trunk;
    trunk.name = "own";
    trunk.host = "sip.example.com";
    trunk.from_domain = "own.example";
    const auto added = writer.add_trunk(trunk);
    return added ? Result<void>{} : added.error();
  }));
  store.expect<TrunksChanged>();
  store.expect<TrunksChanged>();
  const auto save = [&](Settings settings) {
    return store.change([settings](Writer& writer) { return writer.save_settings(settings); });
  };
  ASSERT_TRUE(save({30, "calls.example"}));
  const auto kept = store.ask([](Reader& reader) { return reader.settings(); });
  EXPECT_EQ(kept.recordings_keep_days, 30);
  EXPECT_EQ(kept.domain, "calls.example");
  const auto told = store.expect<TrunksChanged>().trunks;
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_EQ(told[0].from_domain, "calls.example");
  EXPECT_EQ(told[1].from_domain, "own.example");
  EXPECT_EQ(store.ask([&](Reader& reader) { return reader.trunk(plain); }).from_domain, "")
      << "what people see of the trunk stays what they entered";

  const auto refused = save({4'000, ""});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().field, "recordings_keep_days");
  ASSERT_TRUE(save(kept));
  const auto audit = store.ask([](Reader& reader) {
    AuditFilter settings_only;
    settings_only.kind = "setting";
    return reader.audit(settings_only, {});
  });
  ASSERT_EQ(audit.total, 1) << "saving what is there already is no change";
  EXPECT_EQ(audit.items[0].changes,
            R"({"domain":["","calls.example"],"recordings_keep_days":[0,30]})");
  store.close();
  TestStore again(database.address());
  EXPECT_EQ(again.ready.trunks.at(0).from_domain, "calls.example");
}

TEST_P(Records, EmptyingADoNotCallListFreesItsLeadsSaveThoseOfAnotherList) {
  const auto sample = make_campaign(store, 3);
  const auto phone = [&](size_t lead) {
    return store.ask([&](Reader& reader) { return reader.lead(sample.leads[lead]); }).phone;
  };
  const auto is_listed = [&](size_t lead) {
    return store
               .ask([&](Reader& reader) {
                 return reader.why(sample.leads[lead], at_ms(1'700'000'000'000), {});
               })
               .reason == "dnc";
  };
  std::vector<std::string> numbers{phone(0), phone(1)};
  for (int i = 0; i < 600; ++i) numbers.push_back("+4940" + std::to_string(1'000'000 + i));
  ASSERT_TRUE(store.change([&](Writer& writer) -> Result<void> {
    if (auto added = writer.add_dnc_numbers(numbers, {}); !added) return added.error();
    DncEntry own;
    own.phone = numbers[1];
    own.campaign = sample.campaign;
    return writer.add_dnc(own);
  }));
  EXPECT_TRUE(is_listed(0) && is_listed(1) && !is_listed(2));
  const auto remove = [&] {
    return store.make([](Writer& writer) { return writer.remove_dnc_numbers({}, 500); });
  };
  ASSERT_TRUE(store.change([](Writer& writer) { return writer.note_dnc_emptied({}); }));
  EXPECT_EQ(remove(), 500);
  EXPECT_EQ(remove(), 102);
  EXPECT_EQ(remove(), 0);
  EXPECT_FALSE(is_listed(0));
  EXPECT_TRUE(is_listed(1)) << "its campaign's own list has it, too";
  EXPECT_EQ(store.ask([](Reader& reader) { return reader.dnc({}); }).total, 1);
  EXPECT_EQ(store.ask([](Reader& reader) { return reader.audit({}); }).items[0].changes,
            R"({"numbers":602})");
}

TEST_P(Records, NamesAreUniqueAndFreeAgainAfterDeletion) {
  const auto id = add_user("carol", Role::kAgent);
  const auto again = store.change([](Writer& writer) -> Result<void> {
    User user;
    user.username = "CAROL";
    user.name = "Another";
    const auto added = writer.add_user(user, "");
    return added ? Result<void>() : added.error();
  });
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kConflict);
  EXPECT_EQ(again.error().field, "username");
  ASSERT_TRUE(store.change([&](Writer& writer) { return writer.remove_user(id); }));
  add_user("carol", Role::kAgent);
}

TEST_P(Records, RefusesWhatBreaksARuleWithFieldAndSentence) {
  const auto refusal = [&](std::function<void(Campaign&)> spoil) {
    const auto done = store.change([&](Writer& writer) -> Result<void> {
      Campaign campaign;
      campaign.name = "fine";
      spoil(campaign);
      const auto added = writer.add_campaign(campaign);
      return added ? Result<void>() : added.error();
    });
    return done ? Error{ErrorCode::kInternal, "it was taken", "none"} : done.error();
  };
  EXPECT_EQ(refusal([](Campaign& c) { c.name = ""; }).field, "name");
  EXPECT_EQ(refusal([](Campaign& c) { c.outbound_multiplier = 0.5; }).field, "outbound_multiplier");
  EXPECT_EQ(refusal([](Campaign& c) { c.ring_timeout_ms = 14'000; }).field, "ring_timeout_ms");
  EXPECT_EQ(refusal([](Campaign& c) { c.window_to_min = 60; }).field, "window_from_min");
  EXPECT_EQ(refusal([](Campaign& c) { c.caller_id = "call me"; }).field, "caller_id");
  EXPECT_EQ(refusal([](Campaign& c) { c.tech_prefix = "9+"; }).field, "tech_prefix");
  EXPECT_EQ(refusal([](Campaign& c) { c.trunks = {TrunkId{99}}; }).field, "trunk_ids");
  EXPECT_EQ(refusal([](Campaign& c) { c.agents = {UserId{99}}; }).field, "agent_ids");
  EXPECT_EQ(refusal([](Campaign& c) { c.script = ScriptId{99}; }).field, "script_id");
  EXPECT_EQ(refusal([](Campaign& c) { c.name = std::string("a\0b", 3); }).code,
            ErrorCode::kInvalid);
  EXPECT_EQ(refusal([](Campaign& c) { c.notes = "\xC3\x28"; }).code, ErrorCode::kInvalid);
  // A refused change leaves nothing behind and does not harm the next.
  EXPECT_EQ(refusal([](Campaign&) {}).field, "none");
}

TEST_P(Records, AChangeIsAllOrNothing) {
  const auto done = store.change([](Writer& writer) -> Result<void> {
    Script script;
    script.name = "half";
    if (auto added = writer.add_script(script); !added) return added.error();
    return Error{ErrorCode::kConflict, "changed my mind", ""};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "changed my mind");
  EXPECT_EQ(store.ask([](Reader& reader) { return reader.scripts({}); }).total, 0);
  EXPECT_EQ(store.ask([](Reader& reader) { return reader.audit({}); }).total, 0);
}

TEST_P(Records, TheLastAdministratorStays) {
  const auto only = add_user("root", Role::kAdministrator);
  const auto removed = store.change([&](Writer& writer) { return writer.remove_user(only); });
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().code, ErrorCode::kConflict);
  const auto demoted = store.change([&](Writer& writer) -> Result<void> {
    auto user = writer.user(only);
    user->role = Role::kSupervisor;
    return writer.save_user(*user);
  });
  EXPECT_FALSE(demoted);
  add_user("second", Role::kAdministrator);
  EXPECT_TRUE(store.change([&](Writer& writer) { return writer.remove_user(only); }));
}

TEST_P(Records, TextIsDataWhateverItSays) {
  const std::vector<std::string> nasty{
      "'; DROP TABLE leads; --", "\" OR 1=1 --", "%_!\\", "{{x}} ? :p1 $1", "Zoë\tÅ", "\\N", "\\."};
  for (const auto& text : nasty) {
    const auto id = store.make([&](Writer& writer) {
      Script script;
      script.name = "s";
      script.body = text;
      return writer.add_script(script);
    });
    EXPECT_EQ(store.ask([&](Reader& reader) { return reader.script(id); }).body, text);
    ASSERT_TRUE(store.change([&](Writer& writer) { return writer.remove_script(id); }));
  }
  const auto sample = make_campaign(store, 0);
  std::vector<Lead> leads;
  for (size_t i = 0; i < nasty.size(); ++i) {
    leads.push_back(sample_lead(static_cast<int>(i)));
    leads.back().last_name = nasty[i];
    leads.back().custom["column " + nasty[i]] = nasty[i] + "\nsecond line";
  }
  ASSERT_TRUE(store.change(
      [&](Writer& writer) { return writer.add_leads(sample.leadset, ImportId{}, leads); }));
  const auto page = store.ask([&](Reader& reader) {
    return reader.leads(
        {.leadset = sample.leadset, .status = "", .last_disposition = "", .finished = {}}, {});
  });
  ASSERT_THAT(page.items, SizeIs(nasty.size()));
  for (size_t i = 0; i < nasty.size(); ++i) {
    EXPECT_EQ(page.items[i].last_name, nasty[i]);
    EXPECT_EQ(page.items[i].custom, leads[i].custom);
  }
  for (const auto& text : nasty) {
    const auto found = store.ask([&](Reader& reader) {
      return reader.leads(
          {.leadset = sample.leadset, .status = "", .last_disposition = "", .finished = {}},
          {.offset = 0, .limit = 10, .search = text, .sort = ""});
    });
    EXPECT_EQ(found.total, 1) << text;
  }
}

TEST_P(Records, LeadListsAreSearchedSortedAndPaged) {
  const auto sample = make_campaign(store, 25);
  const auto list = [&](const ListQuery& query) {
    return store.ask([&](Reader& reader) {
      LeadFilter filter;
      filter.leadset = sample.leadset;
      return reader.leads(filter, query);
    });
  };
  const auto page = list({.offset = 10, .limit = 5, .search = "", .sort = "-phone"});
  EXPECT_EQ(page.total, 25);
  ASSERT_THAT(page.items, SizeIs(5));
  EXPECT_EQ(page.items[0].phone, sample_lead(14).phone);
  EXPECT_EQ(list({.offset = 0, .limit = 5, .search = "lAST7", .sort = ""}).total, 1);
  EXPECT_EQ(list({.offset = 0, .limit = 5, .search = "+49 30-100002", .sort = ""}).total, 5);
  EXPECT_EQ(list({.offset = 0, .limit = 5, .search = "100%", .sort = ""}).total, 0);
  store.ask([&](Reader& reader) {
    LeadFilter filter;
    filter.leadset = sample.leadset;
    const auto wrong = reader.leads(
        filter, {.offset = 0, .limit = 5, .search = "", .sort = "phone; DROP TABLE leads"});
    EXPECT_EQ(wrong.error().field, "sort");
    EXPECT_EQ(
        reader.leads(filter, {.offset = 0, .limit = 5000, .search = "", .sort = ""}).error().field,
        "limit");
    return Result<bool>(true);
  });
}

TEST_P(Records, LeadsAreEditedAndDeleted) {
  const auto sample = make_campaign(store, 3);
  store.clear_events();
  ASSERT_TRUE(store.change([&](Writer& writer) -> Result<void> {
    auto lead = writer.lead(sample.leads[1]);
    lead->first_name = "Ada";
    lead->custom["colour"] = "blue";
    return writer.save_lead(*lead);
  }));
  const auto kept = store.ask([&](Reader& reader) { return reader.lead(sample.leads[1]); });
  EXPECT_EQ(kept.first_name, "Ada");
  EXPECT_EQ(kept.custom.at("colour"), "blue");
  EXPECT_EQ(kept.zone_set, sample.zone);
  EXPECT_FALSE(store.has<LeadsChanged>()) << "a name does not concern dialing";
  ASSERT_TRUE(store.change([&](Writer& writer) { return writer.remove_lead(sample.leads[0]); }));
  EXPECT_EQ(store.expect<LeadsChanged>().campaign, sample.campaign);
  const auto bad = store.change([&](Writer& writer) -> Result<void> {
    auto lead = writer.lead(sample.leads[1]);
    lead->phone = "030 123";
    return writer.save_lead(*lead);
  });
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().field, "phone");
}

TEST_P(Records, KnowsPhonesInEachScope) {
  const auto one = make_campaign(store, 5, "one");
  const auto two = make_campaign(store, 0, "two");
  const std::vector<std::string> phones{sample_lead(1).phone, sample_lead(99).phone};
  const auto known = [&](DuplicateScope scope, LeadsetId leadset) {
    return store.ask([&](Reader& reader) { return reader.known_phones(phones, scope, leadset); })
        .size();
  };
  EXPECT_EQ(known(DuplicateScope::kLeadset, one.leadset), 1);
  EXPECT_EQ(known(DuplicateScope::kLeadset, two.leadset), 0);
  EXPECT_EQ(known(DuplicateScope::kCampaign, two.leadset), 0);
  EXPECT_EQ(known(DuplicateScope::kEverywhere, two.leadset), 1);
}

TEST_P(Records, SessionsTokensAndSettings) {
  const auto user = add_user("dora", Role::kSupervisor);
  const auto now = machine_now().wall;
  ASSERT_TRUE(store.change([&](Writer& writer) {
    return writer.add_web_session({.token_hash = "h1",
                                   .user = user,
                                   .csrf_token = "csrf",
                                   .address = "::1",
                                   .user_agent = "test",
                                   .created_at = {},
                                   .expires_at = now + 1h,
                                   .last_used_at = {}});
  }));
  EXPECT_EQ(store.ask([&](Reader& reader) { return reader.web_session("h1", now); }).csrf_token,
            "csrf");
  store.store().read([&](Reader& reader) {
    EXPECT_EQ(reader.web_session("h1", now + 2h).error().code, ErrorCode::kNotFound);
  });
  ASSERT_TRUE(store.change([&](Writer& writer) { return writer.set_password_hash(user, "new"); }));
  EXPECT_EQ(store.ask([&](Reader& reader) { return reader.password_hash(user); }), "new");
  std::promise<bool> gone;
  store.store().read([&](Reader& reader) { gone.set_value(!reader.web_session("h1", now).ok()); });
  EXPECT_TRUE(gone.get_future().get()) << "a new password ends the other sessions";

  const auto token = store.make([&](Writer& writer) {
    Token made;
    made.name = "robot";
    made.token_hash = "t1";
    made.created_by = user;
    return writer.add_token(made);
  });
  EXPECT_EQ(store.ask([&](Reader& reader) { return reader.token_by_hash("t1", now); }).id, token);

  const auto audit = store.ask([](Reader& reader) { return reader.audit({}); });
  for (const auto& entry : audit.items) {
    EXPECT_EQ(entry.actor.name, "tester");
    EXPECT_THAT(entry.changes, ::testing::Not(HasSubstr("t1")));
    EXPECT_THAT(entry.changes, ::testing::Not(HasSubstr("hash of")));
  }
}

TEST_P(Records, PhoneCredentialsAreForActiveAgents) {
  const auto agent = add_user("emil", Role::kAgent);
  ASSERT_TRUE(store.change([&](Writer& writer) {
    return writer.set_phone_credential({agent, "desk1", "0123456789abcdef0123456789abcdef"});
  }));
  const auto credentials = store.ask([](Reader& reader) { return reader.phone_credentials(); });
  ASSERT_THAT(credentials, SizeIs(1));
  EXPECT_EQ(credentials[0].sip_username, "desk1");
  EXPECT_EQ(credentials[0].agent, agent);
  EXPECT_EQ(credentials[0].protocol, "") << "without a profile any transport goes";
}

TEST_P(Records, PhoneCredentialsCarryTheirSipProfile) {
  SipProfile profile;
  profile.name = "Desk";
  profile.protocol = "tls";
  profile.codecs = {"PCMA"};
  const auto desk = store.make([&](Writer& writer) { return writer.add_sip_profile(profile); });
  const auto agent = add_user("emil", Role::kAgent);
  ASSERT_TRUE(store.change([&](Writer& writer) -> Result<void> {
    auto user = writer.user(agent);
    user->line = LineKind::kDeskPhone;
    user->sip_profile = desk;
    if (auto saved = writer.save_user(*user); !saved) return saved;
    return writer.set_phone_credential({agent, "desk1", "0123456789abcdef0123456789abcdef"});
  }));
  const auto phones = store.ask([](Reader& reader) { return reader.phone_credentials(); });
  ASSERT_THAT(phones, SizeIs(1));
  EXPECT_EQ(phones[0].protocol, "tls");
  EXPECT_EQ(phones[0].codecs, std::vector<std::string>{"PCMA"});
  EXPECT_TRUE(phones[0].ping);

  profile.id = desk;
  profile.protocol = "webrtc";
  const auto changed =
      store.change([&](Writer& writer) { return writer.save_sip_profile(profile); });
  ASSERT_FALSE(changed) << "its agents use desk phones";
  EXPECT_EQ(changed.error().field, "protocol");
  profile.id = {};
  profile.name = "Browser";
  const auto browser = store.make([&](Writer& writer) { return writer.add_sip_profile(profile); });
  const auto refused = store.change([&](Writer& writer) -> Result<void> {
    auto user = writer.user(agent);
    user->sip_profile = browser;
    return writer.save_user(*user);
  });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().field, "sip_profile_id");
}

TEST_P(Records, ImportsKeepTheirProgressAndRejectedRows) {
  const auto sample = make_campaign(store, 0);
  const auto id = store.make([&](Writer& writer) {
    Import import;
    import.leadset = sample.leadset;
    import.file = "upload-1";
    import.options = R"({"a":1})";
    return writer.add_import(import);
  });
  ASSERT_TRUE(store.change([&](Writer& writer) -> Result<void> {
    if (auto done = writer.add_leads(sample.leadset, id, {sample_lead(1), sample_lead(2)}); !done) {
      return done;
    }
    if (auto done = writer.add_rejected_rows(id, {{3, "no phone", "a,b"}, {4, "bad", "c\td"}});
        !done) {
      return done;
    }
    auto import = writer.import(id);
    import->accepted = 2;
    import->rejected = 2;
    import->rows = 4;
    return writer.save_import(*import);
  }));
  EXPECT_THAT(store.ask([](Reader& reader) { return reader.running_imports(); }), SizeIs(1));
  const auto rejected = store.ask([&](Reader& reader) { return reader.rejected_rows(id, 3, 10); });
  ASSERT_THAT(rejected, SizeIs(1));
  EXPECT_EQ(rejected[0].content, "c\td");
  const auto gone =
      store.make([&](Writer& writer) { return writer.remove_leads_of_import(id, 100); });
  EXPECT_EQ(gone, 2);
}

TEST_P(Records, ReplacingLeavesOnlyTheNewLeads) {
  const auto sample = make_campaign(store, 5);
  ASSERT_TRUE(store.change([&](Writer& writer) {
    return writer.add_leads(sample.leadset, ImportId{9}, {sample_lead(100), sample_lead(101)});
  }));
  int64_t gone = 0;
  for (int64_t step = 1; step > 0; gone += step) {
    step = store.make(
        [&](Writer& writer) { return writer.remove_leads(sample.leadset, ImportId{9}, 2); });
  }
  EXPECT_EQ(gone, 5);
  LeadFilter filter;
  filter.leadset = sample.leadset;
  EXPECT_EQ(store.ask([&](Reader& reader) { return reader.leads(filter, {}); }).total, 2);
}

TEST_P(Records, ARemovedLeadsetLosesItsLeadsInTheBackground) {
  const auto sample = make_campaign(store, 700);
  ASSERT_TRUE(store.change([&](Writer& writer) { return writer.remove_leadset(sample.leadset); }));
  LeadFilter filter;
  filter.leadset = sample.leadset;
  EXPECT_TRUE(eventually(
      [&] { return store.ask([&](Reader& r) { return r.leads(filter, {}); }).total == 0; }));
}

CARILLON_ON_BOTH(Records);

}  // namespace
}  // namespace carillon::store::testing
