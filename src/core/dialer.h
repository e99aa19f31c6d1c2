// Dialer: keeps as many calls under way as a campaign's ready agents need.
#pragma once

#include "core/world.h"

namespace carillon::core::dialer {

/// Looks at the whole campaign and does what is due: bridges waiting calls, ends calls that nobody
/// would take, places what is on disk, decides on new attempts, fetches leads. Asks for its own
/// next look with a timer. Doing it twice does nothing the second time.
///
/// Rules of pace, beside the limits of channels and rate of campaign and trunk:
/// - new calls: at most multiplier x ready agents, less those under way and those waiting. An agent
///   is ready while Waiting, which includes a line that is up.
/// - calls already ringing may ring on while multiplier x agents on duty (ready, or busy and coming
///   back) covers them, also when the campaign was switched off meanwhile. What is beyond has
///   nobody to talk to and is ended, the youngest first: a call not answered is better than one
///   that is dropped.
void run(World& world, DialingCampaign& campaign);

}  // namespace carillon::core::dialer
