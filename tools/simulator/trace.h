// Trace: the messages of a run as lines of text.
#pragma once

#include <string>

#include "core/engine.h"

namespace carillon::simulator {

/// One line about an event or a command, without its time.
std::string describe(const core::CoreEvent& event);
std::string describe(const core::CoreCommand& command);

}  // namespace carillon::simulator
