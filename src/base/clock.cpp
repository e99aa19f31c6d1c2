#include "base/clock.h"

namespace carillon {

Now machine_now() {
  using std::chrono::floor;
  const auto steady = std::chrono::steady_clock::now().time_since_epoch();
  return {SteadyTime{floor<Duration>(steady)}, floor<Duration>(std::chrono::system_clock::now())};
}

}  // namespace carillon
