#include "api/event_stream.h"

#include <gtest/gtest.h>

namespace carillon::api {
namespace {

class FakeSink : public FrameSink {
 public:
  void send(std::shared_ptr<const std::string> frame) override {
    frames.push_back(frame);
    if (stuck) queued += frame->size();
  }
  size_t queued_bytes() const override { return queued; }

  /// All messages so far, in order.
  std::vector<Json> messages() const {
    std::vector<Json> all;
    for (const auto& frame : frames) {
      for (const auto& message : Json::parse(*frame)) all.push_back(message);
    }
    return all;
  }
  std::vector<int64_t> seqs() const {
    std::vector<int64_t> numbers;
    for (const auto& message : messages()) {
      if (message.contains("data")) numbers.push_back(message["seq"]);
    }
    return numbers;
  }

  std::vector<std::shared_ptr<const std::string>> frames;
  size_t queued = 0;
  bool stuck = false;
};

constexpr Viewer kSupervisor{.all = true, .agent = {}};

class EventStreamTest : public ::testing::Test {
 protected:
  void publish(int count) {
    for (int i = 0; i < count; ++i) stream.publish("call", {{"n", i}}, {});
  }
  EventStream stream{"boot-1", 100, 10'000, [](UserId agent) {
                       return agent == UserId{7} ? CampaignId{3} : CampaignId{};
                     }};
};

TEST_F(EventStreamTest, HelloThenEveryEventInOneFrameForAll) {
  FakeSink a, b;
  stream.add(a, kSupervisor, "", 0);
  stream.add(b, kSupervisor, "", 0);
  publish(3);
  EXPECT_EQ(a.frames.size(), 1u);
  stream.flush();
  ASSERT_EQ(a.frames.size(), 2u);
  EXPECT_EQ(a.frames[1], b.frames[1]);  // the same bytes, not a copy
  const auto messages = a.messages();
  ASSERT_EQ(messages.size(), 4u);
  EXPECT_EQ(messages[0]["type"], "hello");
  EXPECT_EQ(messages[0]["epoch"], "boot-1");
  EXPECT_EQ(a.seqs(), (std::vector<int64_t>{1, 2, 3}));
}

TEST_F(EventStreamTest, ResumesExactlyAfterTheGivenNumber) {
  publish(10);
  FakeSink sink;
  stream.add(sink, kSupervisor, "boot-1", 6);
  publish(1);
  stream.flush();
  EXPECT_EQ(sink.seqs(), (std::vector<int64_t>{7, 8, 9, 10, 11}));
  EXPECT_EQ(sink.messages()[0]["seq"], 6);
}

TEST_F(EventStreamTest, NewcomersNeitherMissNorRepeatWhatIsNotFlushedYet) {
  FakeSink early, late;
  stream.add(early, kSupervisor, "", 0);
  publish(2);
  stream.add(late, kSupervisor, "boot-1", 1);
  publish(1);
  stream.flush();
  EXPECT_EQ(early.seqs(), (std::vector<int64_t>{1, 2, 3}));
  EXPECT_EQ(late.seqs(), (std::vector<int64_t>{2, 3}));
}

TEST_F(EventStreamTest, ResyncWhenTooOldOfAnotherBootOrFromTheFuture) {
  publish(150);
  for (const auto& [epoch, after] :
       {std::pair{"boot-1", 49}, std::pair{"boot-0", 149}, std::pair{"boot-1", 151}}) {
    FakeSink sink;
    const auto id = stream.add(sink, kSupervisor, epoch, after);
    const auto messages = sink.messages();
    ASSERT_EQ(messages.size(), 2u) << after;
    EXPECT_EQ(messages[1]["type"], "resync");
    EXPECT_EQ(messages[1]["seq"], 150);
    stream.remove(id);
  }
  FakeSink oldest;
  stream.add(oldest, kSupervisor, "boot-1", 50);
  EXPECT_EQ(oldest.seqs().size(), 100u);
}

TEST_F(EventStreamTest, ABurstLargerThanTheRingReachesSupervisors) {
  FakeSink sink;
  stream.add(sink, kSupervisor, "", 0);
  publish(250);
  stream.flush();
  const auto seqs = sink.seqs();
  ASSERT_EQ(seqs.size(), 250u);
  for (size_t i = 0; i < seqs.size(); ++i) EXPECT_EQ(seqs[i], static_cast<int64_t>(i) + 1);
}

TEST_F(EventStreamTest, SlowClientIsBoundedAndResyncedWhenItHasCaughtUp) {
  FakeSink slow, quick;
  stream.add(slow, kSupervisor, "", 0);
  stream.add(quick, kSupervisor, "", 0);
  slow.stuck = true;
  for (int i = 0; i < 200; ++i) {
    publish(10);
    stream.flush();
  }
  EXPECT_LT(slow.queued, 11'000u);
  EXPECT_EQ(quick.seqs().size(), 2'000u);
  const auto frames_before = slow.frames.size();
  publish(1);
  stream.flush();
  EXPECT_EQ(slow.frames.size(), frames_before);

  slow.stuck = false;
  slow.queued = 0;
  stream.flush();
  EXPECT_EQ(slow.messages().back()["type"], "resync");
  EXPECT_EQ(slow.messages().back()["seq"], 2'001);
  publish(1);
  stream.flush();
  EXPECT_EQ(slow.seqs().back(), 2'002);
  EXPECT_EQ(stream.resyncs(), 1u);
}

TEST_F(EventStreamTest, AgentsGetTheirOwnAtOnceAndNothingElse) {
  FakeSink seven, eight;
  stream.add(seven, {.all = false, .agent = UserId{7}}, "", 0);
  stream.add(eight, {.all = false, .agent = UserId{8}}, "", 0);
  stream.publish("agent", {{"a", 1}}, {.agent = UserId{7}});
  stream.publish("agent", {{"a", 2}}, {.agent = UserId{8}});
  stream.publish("campaign", {{"c", 3}}, {});
  stream.publish("record_changed", {{"c", 3}}, {.campaign = CampaignId{3}});
  stream.publish("record_changed", {{"s", 1}}, {.agents = true});
  EXPECT_EQ(seven.seqs(), (std::vector<int64_t>{1, 4, 5}));
  EXPECT_EQ(eight.seqs(), (std::vector<int64_t>{2, 5}));
  stream.flush();
  EXPECT_EQ(seven.seqs().size(), 3u);

  FakeSink again;
  stream.add(again, {.all = false, .agent = UserId{7}}, "boot-1", 1);
  EXPECT_EQ(again.seqs(), (std::vector<int64_t>{4, 5}));
}

}  // namespace
}  // namespace carillon::api
