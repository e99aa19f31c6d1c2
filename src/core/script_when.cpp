#include "core/script_phrase_table.h"
#include "core/script_phrases.h"

namespace carillon::core {
namespace {

using Gaps = const std::smatch&;
using Act = std::function<std::string(ScriptStage&, Gaps)>;

/// A phrase whose first gap is an agent's name.
template <class Request>
Act by_agent(std::function<Request(Gaps)> make) {
  return [make](ScriptStage& stage, Gaps gaps) {
    return with_agent(stage, gaps[1], [&](StagedAgent& agent) {
      stage.request(agent, make(gaps));
      return std::string{};
    });
  };
}

/// A phrase whose first gap is an agent's name and that telephony reports.
Act of_line(std::function<TelephonyEvent(AgentSessionId)> make) {
  return [make](ScriptStage& stage, Gaps gaps) {
    return with_agent(stage, gaps[1], [&](StagedAgent& agent) {
      stage.send(make(agent.session));
      return std::string{};
    });
  };
}

/// A phrase whose first gap is a number that is being called, and how that call ends.
Act call_ends(std::function<void(CallEnded&)> how) {
  return [how](ScriptStage& stage, Gaps gaps) {
    return with_call(stage, gaps[1], [&](StagedCall& call) {
      CallEnded ended;
      ended.attempt = call.placed.attempt;
      ended.outcome = Outcome::kAnswered;
      how(ended);
      stage.send(TelephonyEvent{ended});
      return std::string{};
    });
  };
}

/// A change of a campaign's record that the store reports.
Act campaign_becomes(std::function<void(Campaign&, Gaps)> change) {
  return [change](ScriptStage& stage, Gaps gaps) {
    return with_campaign(stage, gaps[1], [&](Campaign& campaign) {
      change(campaign, gaps);
      stage.send(StoreEvent{CampaignChanged{campaign}});
      return std::string{};
    });
  };
}

/// A switch of the stage.
Act turn(std::function<void(ScriptStage&)> change) {
  return [change = std::move(change)](ScriptStage& stage, Gaps) {
    change(stage);
    return std::string{};
  };
}

std::string log_in(ScriptStage& stage, Gaps gaps) {
  return with_agent(stage, gaps[1], [&](StagedAgent& agent) {
    const std::string name = gaps[2].matched ? gaps[2].str() : stage.last_campaign;
    OpenAgentSession open;
    open.agent = agent.id;
    open.campaign = stage.campaigns[name];
    if (gaps[3].matched) open.line = LineKind::kDeskPhone;
    stage.request(agent, open);
    if (!agent.refusal) {
      AgentPresence presence;
      presence.present = true;
      stage.request(agent, presence);
    }
    return std::string{};
  });
}

SetAgentReady ready(bool yes, const std::string& reason = "", bool by_supervisor = false) {
  SetAgentReady request;
  request.ready = yes;
  request.pause_reason = reason;
  request.by_supervisor = by_supervisor;
  return request;
}

std::string is_ready(ScriptStage& stage, Gaps gaps) {
  return with_agent(stage, gaps[1], [&](StagedAgent& agent) {
    if (!agent.live) {
      static const std::regex kLogIn(R"re((\w+) logs in(?: to "(.+?)")?( with a desk phone)?)re");
      const std::string phrase = gaps[1].str() + " logs in";
      std::smatch inner;
      std::regex_match(phrase, inner, kLogIn);
      if (auto complaint = log_in(stage, inner); !complaint.empty()) return complaint;
    }
    stage.request(agent, ready(true));
    return std::string{};
  });
}

std::string set_disposition(ScriptStage& stage, Gaps gaps) {
  return with_agent(stage, gaps[1], [&](StagedAgent& agent) {
    SubmitDisposition submit;
    if (agent.live) {
      const auto& owed = agent.live->owed;
      submit.attempt = owed ? owed->attempt : agent.last_attempt;
    }
    submit.disposition = gaps[2];
    if (gaps[3].matched) submit.notes = gaps[3];
    submit.callback_for_me = gaps[4].matched;
    if (gaps[5].matched) {
      const auto in = parse_duration(gaps[5]);
      if (!in) return std::string("Say a duration, as in: calling back in 2 h");
      submit.callback_at = stage.wall_now() + *in;
    }
    if (gaps[6].matched) {
      submit.then_pause = true;
      submit.pause_reason = gaps[6];
    }
    stage.request(agent, submit);
    return std::string{};
  });
}

TransferTarget target_of(ScriptStage& stage, const std::string& name) {
  TransferTarget to;
  if (const auto agent = stage.agents.find(name); agent != stage.agents.end()) {
    to.colleague = agent->second.id;
  } else if (name == "a manager") {
    to.any_manager = true;
  } else {
    to.number = name;
  }
  return to;
}

std::string transfer(ScriptStage& stage, Gaps gaps) {
  return with_agent(stage, gaps[1], [&](StagedAgent& agent) {
    if (gaps[2] == "transfers to") {
      AgentTransfer request;
      request.to = target_of(stage, gaps[3]);
      stage.request(agent, request);
    } else {
      AgentConsult request;
      request.to = target_of(stage, gaps[3]);
      stage.request(agent, request);
    }
    return std::string{};
  });
}

std::string retrieve(ScriptStage& stage, Gaps gaps) {
  return with_agent(stage, gaps[1], [&](StagedAgent& agent) {
    AgentRetrieve request;
    request.attempt = stage.attempt_to(gaps[2]);
    stage.request(agent, request);
    return std::string{};
  });
}

std::string third_party(ScriptStage& stage, Gaps gaps) {
  const auto party = stage.party(gaps[1]);
  const auto* call = party ? std::get_if<SideCallId>(&*party) : nullptr;
  if (!call) return "No third party " + gaps[1].str() + " is being called.";
  const SideCallId id = *call;
  if (gaps[2] == "answers") {
    stage.send(TelephonyEvent{SideCallAnswered{id}});
  } else {
    stage.side_calls.erase(id);
    stage.send(TelephonyEvent{SideCallEnded{id, Outcome::kBusy, gaps[2].str()}});
  }
  return "";
}

std::string answers(ScriptStage& stage, Gaps gaps) {
  return with_call(stage, gaps[1], [&](StagedCall& call) {
    call.answered = true;
    stage.send(TelephonyEvent{CallAnswered{call.placed.attempt}});
    return std::string{};
  });
}

std::string rings(ScriptStage& stage, Gaps gaps) {
  return with_call(stage, gaps[1], [&](StagedCall& call) {
    CallProgress progress;
    progress.attempt = call.placed.attempt;
    stage.send(TelephonyEvent{progress});
    return std::string{};
  });
}

std::string trunk_state(ScriptStage& stage, Gaps gaps) {
  const auto it = stage.trunks.find(gaps[1]);
  if (it == stage.trunks.end()) return "There is no trunk " + gaps[1].str() + ".";
  const bool up = gaps[2] == "comes up";
  stage.send(TelephonyEvent{TrunkStateChanged{it->second, up, up ? "" : "it does not answer"}});
  return "";
}

std::string remove_trunk(ScriptStage& stage, Gaps gaps) {
  stage.store.trunks.erase(stage.trunks[gaps[1]]);
  stage.send(StoreEvent{TrunksChanged{stage.store.trunk_list()}});
  return "";
}

std::string remove_campaign(ScriptStage& stage, Gaps gaps) {
  const CampaignId id = stage.campaigns[gaps[1]];
  stage.store.campaigns.erase(id);
  stage.send(StoreEvent{CampaignRemoved{id}});
  return "";
}

std::string deactivate(ScriptStage& stage, Gaps gaps) {
  return with_agent(stage, gaps[1], [&](StagedAgent& agent) {
    stage.store.agents.erase(agent.id);
    stage.send(StoreEvent{AgentsChanged{stage.store.agent_list()}});
    return std::string{};
  });
}

std::string add_leads(ScriptStage& stage, Gaps gaps) {
  const auto complaint = say_given(stage, gaps[1]);
  if (!complaint || !complaint->empty()) return complaint.value_or("I do not understand the lead.");
  stage.send(StoreEvent{ZoneSetsChanged{stage.store.zone_sets()}});
  stage.send(StoreEvent{LeadsChanged{stage.campaigns[stage.last_campaign]}});
  return "";
}

std::string edit_lead(ScriptStage& stage, Gaps gaps) {
  auto* row = stage.store.find_by_phone(gaps[1]);
  if (!row) return "There is no lead " + gaps[1].str() + ".";
  row->lead.city = gaps[2];
  stage.send(StoreEvent{LeadEdited{std::make_shared<const Lead>(row->lead)}});
  return "";
}

std::string forbid(ScriptStage& stage, Gaps gaps) {
  auto* row = stage.store.find_by_phone(gaps[1]);
  if (!row) return "There is no lead " + gaps[1].str() + ".";
  row->do_not_call = true;
  stage.send(StoreEvent{LeadsChanged{row->campaign}});
  return "";
}

std::string move_callback(ScriptStage& stage, Gaps gaps) {
  auto* row = stage.store.find_by_phone(gaps[1]);
  if (!row) return "There is no lead " + gaps[1].str() + ".";
  const auto in = parse_duration(gaps[2]);
  if (!in) return "Say a duration, as in: the call-back of +15550001 is moved to in 30 min";
  row->lead.not_call_until = stage.wall_now() + *in;
  stage.send(StoreEvent{LeadsChanged{row->campaign}});
  return "";
}

std::string give_callback(ScriptStage& stage, Gaps gaps) {
  auto* row = stage.store.find_by_phone(gaps[1]);
  if (!row) return "There is no lead " + gaps[1].str() + ".";
  return with_agent(stage, gaps[2], [&](StagedAgent& agent) {
    row->callback_agent = agent.id;
    stage.send(StoreEvent{LeadsChanged{row->campaign}});
    return std::string{};
  });
}

std::string jump(ScriptStage& stage, Gaps gaps) {
  const auto by = parse_duration(gaps[2]);
  if (!by) return "Say a duration, as in: the wall clock jumps by +3 h";
  stage.wall += gaps[1] == "-" ? -*by : *by;
  stage.send(Tick{});
  return "";
}

std::string finish_recording(ScriptStage& stage, const std::string& phone, int64_t duration_ms,
                             const std::string& error) {
  return with_call(stage, phone, [&](StagedCall& call) {
    RecordingFinished finished;
    finished.attempt = call.placed.attempt;
    finished.recording = "attempt.wav";
    finished.duration_ms = duration_ms;
    finished.error = error;
    finished.disk_failed = !error.empty();
    stage.send(TelephonyEvent{finished});
    return std::string{};
  });
}

std::string recording_written(ScriptStage& stage, Gaps gaps) {
  return finish_recording(stage, gaps[1], 1000, "");
}

std::string recording_fails(ScriptStage& stage, Gaps gaps) {
  const auto before = gaps[2].matched ? parse_duration(gaps[2]) : Duration{0};
  if (!before) return "Say a duration, as in: after 4 s";
  return finish_recording(stage, gaps[1], before->count(), gaps[3]);
}

void add_agent_phrases(PhraseTable& table) {
  const auto add = [&](const char* form, Act act) {
    table.push_back({std::regex(form), std::move(act)});
  };
  add(R"re((\w+) logs in(?: to "(.+?)")?( with a desk phone)?)re", log_in);
  add(R"((\w+) is ready)", is_ready);
  add(R"re((\w+) pauses "(.+)")re",
      by_agent<SetAgentReady>([](Gaps g) { return ready(false, g[2]); }));
  add(R"re(the supervisor pauses (\w+)(?: "(.+)")?)re",
      by_agent<SetAgentReady>([](Gaps g) { return ready(false, g[2], true); }));
  add(R"((\w+) logs out)", by_agent<CloseAgentSession>([](Gaps) { return CloseAgentSession{}; }));
  add(R"(the supervisor logs (\w+) out)", by_agent<CloseAgentSession>([](Gaps) {
        CloseAgentSession close;
        close.by_supervisor = true;
        return close;
      }));
  add(R"(the supervisor ends the call of (\+\d+))", [](ScriptStage& stage, Gaps g) {
    stage.request_of_supervisor(EndLiveCall{{}, stage.attempt_to(g[1])});
    return std::string{};
  });
  add(R"((\w+) hangs up)", by_agent<AgentHangUp>([](Gaps) { return AgentHangUp{}; }));
  add(R"((\w+) (holds|takes back) the call)", by_agent<AgentHold>([](Gaps g) {
        AgentHold hold;
        hold.on = g[2] == "holds";
        return hold;
      }));
  add(R"((\w+) (mutes|unmutes))", by_agent<AgentMute>([](Gaps g) {
        AgentMute mute;
        mute.on = g[2] == "mutes";
        return mute;
      }));
  add(R"((\w+) (begins|stops) the echo test)", by_agent<AgentEcho>([](Gaps g) {
        AgentEcho echo;
        echo.on = g[2] == "begins";
        return echo;
      }));
  add(R"((\w+) presses (\S+))", by_agent<AgentDigits>([](Gaps g) {
        AgentDigits digits;
        digits.digits = g[2];
        return digits;
      }));
  add(R"((\w+) parks the call)", by_agent<AgentPark>([](Gaps) { return AgentPark{}; }));
  add(R"((\w+) retrieves (\+\d+))", retrieve);
  add(R"((\w+) (transfers to|consults) (\w+|a manager|\+\d+))", transfer);
  add(R"((\w+) (goes back to the customer|starts the conference|completes the transfer))",
      by_agent<AgentConsultStep>([](Gaps g) {
        AgentConsultStep request;
        if (g[2] == "starts the conference") request.step = ConsultStep::kConference;
        if (g[2] == "completes the transfer") request.step = ConsultStep::kComplete;
        return request;
      }));
  add(R"((\w+) dials)", by_agent<PreviewDecision>([](Gaps) {
        PreviewDecision decision;
        decision.dial = true;
        return decision;
      }));
  add(R"re((\w+) skips "(.+)")re", by_agent<PreviewDecision>([](Gaps g) {
        PreviewDecision decision;
        decision.skip_reason = g[2];
        return decision;
      }));
  add(R"((\w+) asks for the next lead)", by_agent<NextPreview>([](Gaps) { return NextPreview{}; }));
  add(R"re((\w+) sets "(.+?)"(?: with notes "(.+?)")?(?: calling back( personally)? in (.+?))?(?: and pauses "(.+)")?)re",
      set_disposition);
  add(R"((\w+)'s browser (goes|comes back))", by_agent<AgentPresence>([](Gaps g) {
        AgentPresence presence;
        presence.present = g[2] == "comes back";
        return presence;
      }));
}

void add_telephony_phrases(PhraseTable& table) {
  const auto add = [&](const char* form, Act act) {
    table.push_back({std::regex(form), std::move(act)});
  };
  add(R"((\w+)'s line comes up)", of_line([](AgentSessionId id) { return AgentLineUp{id}; }));
  add(R"((\w+)'s line breaks)",
      of_line([](AgentSessionId id) { return AgentLineDown{id, "broken", false}; }));
  add(R"((\w+)'s phone hangs up)",
      of_line([](AgentSessionId id) { return AgentLineDown{id, "hung up", true}; }));
  add(R"((\+\d+) rings)", rings);
  add(R"((\+\d+) answers)", answers);
  add(R"((\+\d+) hangs up)", call_ends([](CallEnded& e) { e.by = EndedBy::kCustomer; }));
  add(R"(the message to (\+\d+) ends)", call_ends([](CallEnded& e) { e.by = EndedBy::kSystem; }));
  add(R"((\+\d+) is busy)", call_ends([](CallEnded& e) {
        e.outcome = Outcome::kBusy;
        e.sip_status = 486;
      }));
  add(R"((\+\d+) rejects)", call_ends([](CallEnded& e) {
        e.outcome = Outcome::kRejected;
        e.sip_status = 603;
      }));
  add(R"((\+\d+) does not answer)", call_ends([](CallEnded& e) {
        e.outcome = Outcome::kNoAnswer;
        e.by = EndedBy::kSystem;
      }));
  add(R"((\+\d+) is a machine)", call_ends([](CallEnded& e) { e.outcome = Outcome::kMachine; }));
  add(R"(the trunk cannot take (\+\d+))", call_ends([](CallEnded& e) {
        e.outcome = Outcome::kConnectionError;
        e.sip_status = 503;
        e.reason = "503 Service Unavailable";
        e.try_next_trunk = true;
      }));
  add(R"(the carrier refuses (\+\d+))", call_ends([](CallEnded& e) {
        e.outcome = Outcome::kRejected;
        e.sip_status = 403;
        e.reason = "The call was rejected (403 Forbidden).";
        e.try_next_trunk = true;
        e.trunk_doubt = "The carrier refuses our calls (403 Forbidden): ask it why.";
      }));
  add(R"((\+\d+) answers with audio that we cannot use)", call_ends([](CallEnded& e) {
        e.outcome = Outcome::kDropped;
        e.reason = "The carrier answered with audio that we cannot use.";
        e.trunk_doubt = "The carrier answers with audio that we cannot use: check the codecs.";
      }));
  add(R"(the end of (\+\d+) is confirmed)",
      call_ends([](CallEnded& e) { e.by = EndedBy::kSystem; }));
  add(R"(the recording of (\+\d+) is written)", recording_written);
  add(R"re(the recording of (\+\d+) fails(?: after (.+?))?: "(.+)")re", recording_fails);
  add(R"(third party (\+\d+) (answers|hangs up|is busy))", third_party);
  add(R"(trunk (\w+) (goes down|comes up))", trunk_state);
}

void add_record_phrases(PhraseTable& table) {
  const auto add = [&](const char* form, Act act) {
    table.push_back({std::regex(form), std::move(act)});
  };
  add(R"re(campaign "(.+)" is switched (on|off))re",
      campaign_becomes([](Campaign& c, Gaps g) { c.active = g[2] == "on"; }));
  add(R"re(campaign "(.+)" gets multiplier ([\d.]+))re",
      campaign_becomes([](Campaign& c, Gaps g) { c.outbound_multiplier = std::stod(g[2]); }));
  add(R"re(campaign "(.+)" is removed)re", remove_campaign);
  add(R"(trunk (\w+) is removed)", remove_trunk);
  add(R"((\w+) is deactivated)", deactivate);
  add(R"(somebody adds (.+))", add_leads);
  add(R"re(somebody moves (\+\d+) to "(.+)")re", edit_lead);
  add(R"((\+\d+) is put on the do-not-call list)", forbid);
  add(R"(the call-back of (\+\d+) is moved to in (.+))", move_callback);
  add(R"(the call-back of (\+\d+) is given to (\w+))", give_callback);
  add(R"(the wall clock jumps by ([+-])(.+))", jump);
  add("the database stalls", turn([](ScriptStage& s) { s.store_stalls = true; }));
  add("the database works again", turn([](ScriptStage& s) {
        s.store_stalls = false;
        s.store.refuse_attempts = s.store.fail_claims = s.store.fail_dispositions = false;
        s.let_the_store_work();
      }));
  add("the database refuses attempts",
      turn([](ScriptStage& s) { s.store.refuse_attempts = true; }));
  add("the database cannot give leads", turn([](ScriptStage& s) { s.store.fail_claims = true; }));
  add("the database cannot save dispositions",
      turn([](ScriptStage& s) { s.store.fail_dispositions = true; }));
  add("the server crashes and starts again", turn([](ScriptStage& s) {
        s.crash();
        s.start();
      }));
}

const PhraseTable& phrases() {
  static const PhraseTable kTable = [] {
    PhraseTable table;
    add_telephony_phrases(table);
    add_record_phrases(table);
    add_agent_phrases(table);
    return table;
  }();
  return kTable;
}

}  // namespace

std::optional<std::string> say_when(ScriptStage& stage, const std::string& phrase) {
  return say(phrases(), stage, phrase);
}

}  // namespace carillon::core
