// STUN from anybody who reaches the agents' port.
#include <cstddef>
#include <cstdint>

#include "telephony/media/ice_lite.h"
#include "telephony/media/stun.h"

using namespace carillon::media;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto message = stun::parse({data, size});
  if (!message) return 0;
  stun::integrity_matches(*message, "VOkJxbRl1RmTxUk/WvJxBt");
  static IceLite ice = [] {
    IceLite made;
    made.set_remote("h6vY");
    return made;
  }();
  ice.checked(*message, {0x7F000001, 5000}, carillon::SteadyTime{});
  return 0;
}
