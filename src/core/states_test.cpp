// The transition tables, seen as a whole.
#include <set>

#include <gtest/gtest.h>

#include "core/agent_state.h"
#include "core/attempt_state.h"

namespace carillon::core {
namespace {

constexpr AgentState kAgentStates[] = {
    AgentState::kPaused, AgentState::kWaiting, AgentState::kPreview, AgentState::kRinging,
    AgentState::kInCall, AgentState::kOnHold,  AgentState::kWrapUp};

AttemptState attempt_state(int index) { return static_cast<AttemptState>(index); }

TEST(AttemptStates, EveryStateLeadsToTheEndAndTheEndToNothing) {
  for (int from = 0; from < kAttemptStates; ++from) {
    std::set<int> reached{from};
    for (size_t before = 0; before != reached.size();) {
      before = reached.size();
      for (const int state : std::set<int>(reached)) {
        for (int to = 0; to < kAttemptStates; ++to) {
          if (is_allowed(attempt_state(state), attempt_state(to))) reached.insert(to);
        }
      }
    }
    EXPECT_TRUE(reached.contains(static_cast<int>(AttemptState::kFinished)))
        << to_string(attempt_state(from));
    EXPECT_FALSE(is_allowed(AttemptState::kFinished, attempt_state(from)));
  }
}

TEST(AttemptStates, OnlyWhatIsOnDiskIsDialed) {
  for (int from = 0; from < kAttemptStates; ++from) {
    EXPECT_EQ(is_allowed(attempt_state(from), AttemptState::kDialing),
              attempt_state(from) == AttemptState::kOnDisk);
  }
}

TEST(AttemptStates, OnlyWaitingCallsAreConnected) {
  for (int from = 0; from < kAttemptStates; ++from) {
    EXPECT_EQ(is_allowed(attempt_state(from), AttemptState::kConnected),
              attempt_state(from) == AttemptState::kWaiting ||
                  attempt_state(from) == AttemptState::kParked);
  }
}

TEST(AgentStates, ACallIsAlwaysFollowedByWrapUp) {
  for (const AgentState to : kAgentStates) {
    const bool stays = is_talking(to);
    EXPECT_EQ(is_allowed(AgentState::kInCall, to),
              to == AgentState::kWrapUp || (stays && to != AgentState::kInCall));
  }
}

TEST(AgentStates, EveryStateLeadsToAPause) {
  for (const AgentState from : kAgentStates) {
    const bool busy = is_talking(from);
    EXPECT_EQ(is_allowed(from, AgentState::kPaused), !busy) << to_string(from);
  }
}

}  // namespace
}  // namespace carillon::core
