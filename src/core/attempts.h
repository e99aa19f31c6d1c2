// Attempts: the life of one call to a lead, from the decision to its outcome (attempt_state.h).
#pragma once

#include <string>

#include "core/world.h"

namespace carillon::core::attempts {

/// An attempt that never left stays on disk at most so long before it is taken back.
inline constexpr Duration kOnDiskLimit = 10s;

/// Decides to call `lead`: CommitAttempt leaves. `agent`: the preview agent who dials it, or null.
Call& begin(World& world, DialingCampaign& campaign, LeadPtr lead, AgentSession* agent);

/// The store's answers.
void committed(World& world, AttemptId attempt);
void refused(World& world, const AttemptRefused& event);

/// Sends the INVITE of an attempt on disk over `trunk`, whose start and channel it takes.
void place(World& world, DialingCampaign& campaign, Call& call, TrunkLine& trunk);

/// What telephony reports. An attempt that is not under way any more is told to end.
void progress(World& world, const CallProgress& event);
void answered(World& world, AttemptId attempt);
void ended(World& world, const CallEnded& event);
void recording_finished(World& world, const RecordingFinished& event);

/// Gives a waiting call to an agent: ConnectCall leaves now.
void connect(World& world, Call& call, AgentSession& session);

/// Nobody is free in time: plays the safe-harbour message, then the call ends as dropped
/// (16 CFR 310.4(b)(4)(iii)).
void announce(World& world, Call& call);

/// Ends the attempt from whatever state it is in, as `why` says. May erase the call.
void end(World& world, Call& call, OurEnd why);

/// The deadline of the attempt's present state has passed.
void overdue(World& world, AttemptId attempt);

}  // namespace carillon::core::attempts
