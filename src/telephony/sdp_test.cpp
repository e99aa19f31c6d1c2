#include "telephony/sdp.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace carillon::sdp {
namespace {

using media::Codec;
using media::Direction;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::array kBoth{Codec::kPcmu, Codec::kPcma};

LocalAudio local() { return {{"192.0.2.1", 20000, 20001}, 77, 1}; }

std::string with_audio(const std::string& lines, const std::string& address = "198.51.100.7") {
  return "v=0\r\no=- 1 1 IN IP4 " + address + "\r\ns=-\r\nc=IN IP4 " + address + "\r\nt=0 0\r\n" +
         lines;
}

TEST(SdpLines, MustBeginWithTheirType) {
  const std::string stream = "m=audio 5004 RTP/AVP 0\r\n";
  EXPECT_TRUE(parse_answer(with_audio(stream)).ok());
  EXPECT_TRUE(parse_answer(with_audio(stream + "\r\n \r\n")).ok()) << "blank lines at the end";
  // Sofia-SIP would pass over the blank and read this for ever.
  EXPECT_FALSE(parse_answer(with_audio("\tm=audio 5004 RTP/AVP 8 \xcf\r\n" + stream)).ok());
  EXPECT_FALSE(parse_answer(with_audio("M=audio 5004 RTP/AVP 0\r\n" + stream)).ok());
  EXPECT_FALSE(parse_answer(with_audio("nonsense\r\n" + stream)).ok());
}

TEST(SdpOffer, NamesCodecsInOrderAndDtmf) {
  const std::array order{Codec::kPcma, Codec::kPcmu};
  const auto offer = make_offer(local(), order);
  EXPECT_THAT(offer, HasSubstr("m=audio 20000 RTP/AVP 8 0 101\r\n"));
  EXPECT_THAT(offer, HasSubstr("c=IN IP4 192.0.2.1\r\n"));
  EXPECT_THAT(offer, HasSubstr("a=rtpmap:101 telephone-event/8000\r\n"));
  EXPECT_THAT(offer, HasSubstr("a=sendrecv\r\n"));
}

TEST(SdpOffer, IsUnderstoodByOurOwnAnswerer) {
  const auto negotiated =
      answer_offer({{"198.51.100.7", 4000, 4001}, 1, 1}, make_offer(local(), kBoth), kBoth);
  ASSERT_TRUE(negotiated.ok()) << negotiated.error().message;
  EXPECT_EQ(negotiated->remote.address, "192.0.2.1");
  EXPECT_EQ(negotiated->remote.port, 20000);
  const auto answer = parse_answer(negotiated->answer);
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_EQ(answer->address, "198.51.100.7");
  EXPECT_EQ(answer->port, 4000);
  EXPECT_EQ(answer->codec, Codec::kPcmu);
  EXPECT_EQ(answer->dtmf_payload_type, 101);
  EXPECT_EQ(answer->direction, Direction::kSendRecv);
}

TEST(SdpAnswer, TakesThePeersPreferenceRtcpAndComfortNoise) {
  const auto answer = parse_answer(
      with_audio("m=audio 5004 RTP/AVP 8 0 96 13\r\na=rtpmap:96 telephone-event/8000\r\n"
                 "a=rtcp:5100 IN IP4 198.51.100.9\r\na=recvonly\r\n"));
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_EQ(answer->codec, Codec::kPcma);
  EXPECT_EQ(answer->dtmf_payload_type, 96);
  EXPECT_TRUE(answer->comfort_noise);
  EXPECT_EQ(answer->rtcp_port, 5100);
  EXPECT_EQ(answer->rtcp_address, "198.51.100.9");
  EXPECT_EQ(answer->direction, Direction::kSendOnly);
}

TEST(SdpAnswer, MediaLevelAddressWins) {
  const auto answer =
      parse_answer(with_audio("m=audio 5004 RTP/AVP 0\r\nc=IN IP4 203.0.113.5\r\n"));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->address, "203.0.113.5");
  EXPECT_EQ(answer->dtmf_payload_type, -1);
}

TEST(SdpAnswer, RefusalsAreSentences) {
  for (const std::string& bad :
       {std::string("rubbish"), std::string(), std::string(kMaxSize + 1, 'x'), with_audio(""),
        with_audio("m=audio 0 RTP/AVP 0\r\n"), with_audio("m=audio 5004 RTP/AVP 18\r\n"),
        with_audio("m=audio 5004 RTP/SAVP 0\r\n"), with_audio("m=video 5004 RTP/AVP 0\r\n"),
        with_audio("m=audio 99999 RTP/AVP 0\r\n"),
        with_audio("m=audio 5004 RTP/AVP 0\r\n", "host.example.com"),
        with_audio("m=audio 5004 udptl \"\r\n"),  // the parser below would never end
        with_audio("m=audio 5004 RTP/AVP 0\r\n") + std::string("\0", 1)}) {
    const auto answer = parse_answer(bad);
    ASSERT_FALSE(answer.ok()) << bad;
    EXPECT_EQ(answer.error().code, ErrorCode::kInvalid);
    EXPECT_THAT(answer.error().message, ::testing::EndsWith("."));
  }
}

struct HoldCase {
  const char* offered;
  const char* answered;
  Direction ours;
  bool on_hold;
};
class SdpHold : public ::testing::TestWithParam<HoldCase> {};

TEST_P(SdpHold, IsMirrored) {
  const auto& c = GetParam();
  const auto result = answer_offer(
      local(), with_audio("m=audio 5004 RTP/AVP 0\r\na=" + std::string(c.offered) + "\r\n"), kBoth);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->remote.direction, c.ours);
  EXPECT_EQ(result->on_hold, c.on_hold);
  EXPECT_THAT(result->answer, HasSubstr("a=" + std::string(c.answered) + "\r\n"));
}
INSTANTIATE_TEST_SUITE_P(
    Directions, SdpHold,
    ::testing::Values(HoldCase{"sendrecv", "sendrecv", Direction::kSendRecv, false},
                      HoldCase{"sendonly", "recvonly", Direction::kRecvOnly, true},
                      HoldCase{"recvonly", "sendonly", Direction::kSendOnly, false},
                      HoldCase{"inactive", "inactive", Direction::kInactive, true}));

TEST(SdpHoldOfOld, AddressZeroIsHold) {
  const auto result =
      answer_offer(local(), with_audio("m=audio 5004 RTP/AVP 0\r\n", "0.0.0.0"), kBoth);
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->on_hold);
  EXPECT_FALSE(we_send(result->remote.direction));
}

TEST(SdpReInvite, OtherStreamsAreRefusedInPlace) {
  const auto result = answer_offer(local(),
                                   with_audio("m=image 6000 udptl t38\r\nm=audio 5004 RTP/AVP 0\r\n"
                                              "m=video 7000 RTP/AVP 96\r\n"
                                              "a=rtpmap:96 VP8/90000\r\n"),
                                   kBoth);
  ASSERT_TRUE(result.ok()) << result.error().message;
  const size_t image = result->answer.find("m=image 0 udptl t38\r\n");
  const size_t audio = result->answer.find("m=audio 20000 RTP/AVP 0\r\n");
  const size_t video = result->answer.find("m=video 0 RTP/AVP 96\r\n");
  ASSERT_NE(image, std::string::npos) << result->answer;
  ASSERT_NE(audio, std::string::npos) << result->answer;
  ASSERT_NE(video, std::string::npos) << result->answer;
  EXPECT_LT(image, audio);
  EXPECT_LT(audio, video);
}

TEST(SdpReInvite, NoCommonCodecIsASentence) {
  const auto result = answer_offer(
      local(), with_audio("m=audio 5004 RTP/AVP 18\r\na=rtpmap:18 G729/8000\r\n"), kBoth);
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().message, HasSubstr("PCMU or PCMA"));
}

// ------------------------------------------------------------------------------- browsers

const char* const kPrint =
    "AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:"
    "89";

/// As Chromium writes it, shortened.
std::string chromium() {
  return "v=0\r\no=- 46117 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
         "a=extmap-allow-mixed\r\na=msid-semantic: WMS x\r\n"
         "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126\r\nc=IN IP4 0.0.0.0\r\n"
         "a=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:4ZcD\r\na=ice-pwd:2/1muCWoOi3uLifh0NuRHlXf\r\n"
         "a=ice-options:trickle\r\na=fingerprint:sha-256 ab:CD" +
         std::string(kPrint).substr(5) +
         "\r\na=setup:actpass\r\na=mid:0\r\na=sendrecv\r\na=rtcp-mux\r\n"
         "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n"
         "a=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
         "a=rtpmap:110 telephone-event/48000\r\na=rtpmap:126 telephone-event/8000\r\n";
}

std::string without(std::string text, const std::string& part, const std::string& instead = "") {
  const size_t at = text.find(part);
  EXPECT_NE(at, std::string::npos) << part;
  return text.replace(at, part.size(), instead);
}

TEST(SdpWebRtc, ReadsChromiumsOffer) {
  const auto offer = parse_webrtc_offer(chromium());
  ASSERT_TRUE(offer.ok()) << offer.error().message;
  EXPECT_EQ(offer->ice_ufrag, "4ZcD");
  EXPECT_EQ(offer->ice_pwd, "2/1muCWoOi3uLifh0NuRHlXf");
  EXPECT_EQ(offer->fingerprint, kPrint);
  EXPECT_EQ(offer->mid, "0");
  EXPECT_TRUE(offer->bundle);
  EXPECT_EQ(offer->codec, Codec::kPcmu);
  EXPECT_EQ(offer->dtmf_payload_type, 126);
  EXPECT_EQ(offer->direction, Direction::kSendRecv);
}

TEST(SdpWebRtc, AnswersAsAnIceLitePassiveEnd) {
  const auto offer = parse_webrtc_offer(chromium());
  ASSERT_TRUE(offer.ok());
  const auto answer = make_webrtc_answer(
      *offer, {"203.0.113.9", 7100, "uuuuuuuu", "pppppppppppppppppppppppp", kPrint, 12345, 1, 2});
  for (const char* line : {"a=ice-lite", "a=group:BUNDLE 0", "m=audio 7100 UDP/TLS/RTP/SAVPF 0 126",
                           "a=rtcp-mux", "a=setup:passive", "a=mid:0", "a=sendrecv",
                           "a=rtpmap:0 PCMU/8000", "a=rtpmap:126 telephone-event/8000",
                           "a=candidate:1 1 udp 2130706431 203.0.113.9 7100 typ host"}) {
    EXPECT_THAT(answer, HasSubstr(std::string(line) + "\r\n"));
  }
}

TEST(SdpWebRtc, PcmaIsTakenWhereThereIsNoPcmu) {
  auto text = without(chromium(), " 0 8 13", " 8 13");
  const auto offer = parse_webrtc_offer(without(text, "a=rtpmap:0 PCMU/8000\r\n"));
  ASSERT_TRUE(offer.ok()) << offer.error().message;
  EXPECT_EQ(offer->codec, Codec::kPcma);
}

TEST(SdpWebRtc, WhatIsMissingIsNamed) {
  const std::string good = chromium();
  const std::vector<std::pair<std::string, std::string>> cases{
      {without(good, "a=ice-ufrag:4ZcD\r\n"), "ICE credentials"},
      {without(good, "4ZcD", "a b"), "ICE credentials"},
      {without(good, "2/1muCWoOi3uLifh0NuRHlXf", "short"), "ICE credentials"},
      {without(good, "sha-256", "sha-1"), "fingerprint"},
      {without(good, "ab:CD", "zz:CD"), "fingerprint"},
      {without(good, "actpass", "passive"), "DTLS"},
      {without(good, "a=rtcp-mux\r\n"), "rtcp-mux"},
      {without(good, " 0 8 13", " 13"), "PCMU"},
      {without(good, "m=audio", "m=video"), "no audio"},
      {good + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\n", "nothing else"},
  };
  for (const auto& [text, hint] : cases) {
    const auto offer = parse_webrtc_offer(text);
    ASSERT_FALSE(offer.ok()) << text;
    EXPECT_THAT(offer.error().message, HasSubstr(hint));
  }
}

}  // namespace
}  // namespace carillon::sdp
