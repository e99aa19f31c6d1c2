#include "sandbox/session_description.h"

#include <gtest/gtest.h>

namespace carillon::sandbox {
namespace {

constexpr std::string_view kHead =
    "v=0\r\no=a 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";

std::string with(std::string_view media) { return std::string(kHead) + std::string(media); }

TEST(SessionDescription, TakesTheFirstKnownCodecAndTheEvents) {
  const auto offer =
      parse_offer(with("m=audio 4000 RTP/AVP 111 8 0 96\r\na=rtpmap:111 opus/48000/2\r\n"
                       "a=rtpmap:96 telephone-event/8000\r\n"));
  ASSERT_TRUE(offer);
  EXPECT_EQ(offer->payload_type, 8);
  EXPECT_EQ(offer->event_payload_type, 96);
  EXPECT_EQ(offer->address, "192.0.2.1");
  EXPECT_EQ(offer->port, 4000);
  EXPECT_TRUE(offer->wants_media);
}

TEST(SessionDescription, HoldStopsTheMedia) {
  const auto hold = parse_offer(with("m=audio 4000 RTP/AVP 0\r\na=sendonly\r\n"));
  ASSERT_TRUE(hold);
  EXPECT_FALSE(hold->wants_media);
  EXPECT_NE(make_answer(*hold, "192.0.2.2", 5000, 2).find("a=recvonly"), std::string::npos);
  const auto inactive = parse_offer(with("m=audio 4000 RTP/AVP 0\r\na=inactive\r\n"));
  ASSERT_TRUE(inactive);
  EXPECT_NE(make_answer(*inactive, "192.0.2.2", 5000, 2).find("a=inactive"), std::string::npos);
}

TEST(SessionDescription, RefusesWhatItCannotPlay) {
  EXPECT_FALSE(parse_offer(""));
  EXPECT_FALSE(parse_offer("not a description"));
  EXPECT_FALSE(parse_offer(with("m=video 4000 RTP/AVP 96\r\n")));
  EXPECT_FALSE(parse_offer(with("m=audio 0 RTP/AVP 0\r\n")));
  EXPECT_FALSE(parse_offer(with("m=audio 4000 RTP/AVP 111\r\na=rtpmap:111 opus/48000/2\r\n")));
  EXPECT_FALSE(parse_offer(with("m=audio 4000 RTP/SAVP 0\r\n")));
}

TEST(SessionDescription, AnswersInKind) {
  const auto offer =
      parse_offer(with("m=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"));
  ASSERT_TRUE(offer);
  const auto answer = parse_offer(make_answer(*offer, "192.0.2.9", 6000, 1));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->payload_type, 0);
  EXPECT_EQ(answer->event_payload_type, 101);
  EXPECT_EQ(answer->port, 6000);
}

}  // namespace
}  // namespace carillon::sandbox
