#include "server/recording_watch.h"

#include <gtest/gtest.h>

namespace carillon::server {
namespace {

const RecordingFinished kLost{AttemptId{1}, "a.wav", 0, "No room.", true};
const RecordingFinished kNothingToRecord{AttemptId{2}, "b.wav", 0, "The call had ended.", false};
const RecordingFinished kGood{AttemptId{3}, "c.wav", 1'000, "", false};

TEST(RecordingWatch, SaysWhatIsWrongUntilARecordingSucceeds) {
  RecordingWatch watch;
  const SteadyTime now{1'000'000ms};
  EXPECT_EQ(watch.trouble(now), "");
  watch.note(kLost, now);
  watch.note(kLost, now);
  EXPECT_EQ(watch.trouble(now), "No room.");
  EXPECT_EQ(watch.failed(), 2u);
  watch.note(kNothingToRecord, now);
  EXPECT_EQ(watch.trouble(now), "No room.") << "nothing was recorded: the disk was not asked";
  watch.note(kGood, now);
  EXPECT_EQ(watch.trouble(now), "");
  EXPECT_EQ(watch.failed(), 2u);
}

TEST(RecordingWatch, ForgetsAFailureThatNothingFollows) {
  RecordingWatch watch;
  const SteadyTime now{1'000'000ms};
  watch.note(kLost, now);
  EXPECT_EQ(watch.trouble(now + 9min), "No room.");
  EXPECT_EQ(watch.trouble(now + 11min), "");
}

}  // namespace
}  // namespace carillon::server
