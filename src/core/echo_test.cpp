#include "core/echo_test.h"

#include "core/live_board.h"

namespace carillon::core::echo_test {

Result<void> begin(World& world, AgentSession& session) {
  if (has_call(session.state)) {
    return Error{ErrorCode::kConflict, "You are in a call: test your headset after it.", ""};
  }
  if (!session.line_up) {
    return Error{ErrorCode::kConflict, "Your line is not up: wait until it is, then try again.",
                 ""};
  }
  if (session.echo_test) return {};
  session.echo_test = true;
  world.timers.set(TimerKind::kSessionEcho, session.id.value, world.now.steady + kLimit);
  world.tell(EchoAgent{session.id, true});
  live_board::changed(world, session);
  return {};
}

void stop(World& world, AgentSession& session) {
  if (!session.echo_test) return;
  session.echo_test = false;
  world.timers.cancel(TimerKind::kSessionEcho, session.id.value);
  world.tell(EchoAgent{session.id, false});
  live_board::changed(world, session);
}

}  // namespace carillon::core::echo_test
