#include <array>
#include <vector>

#include <gtest/gtest.h>

#include "telephony/media/audio_track.h"
#include "telephony/media/g711.h"
#include "telephony/media/rtp_packet.h"
#include "telephony/media/rtp_streams.h"
#include "telephony/media/telephone_event.h"
#include "telephony/media/testing/tone.h"

namespace carillon::media {
namespace {

SteadyTime at(int64_t ms) { return SteadyTime{Duration{ms}}; }
RtpHeader source(uint32_t ssrc, uint16_t sequence, uint32_t timestamp) {
  return {false, 0, sequence, timestamp, ssrc, kRtpHeaderSize, 160};
}

// ----------------------------------------------------------------------------- RTP, RTCP

TEST(RtpPacket, ChecksEveryLength) {
  std::vector<uint8_t> packet(12 + 8 + 4 + 4 + 10, 0);
  packet[0] = 0x80 | 0x20 | 0x10 | 2;  // padding, extension, two contributing sources
  packet[1] = 0x80 | 8;
  packet[23] = 1;  // extension of one word
  packet.back() = 3;
  const auto header = parse_rtp(packet);
  ASSERT_TRUE(header.has_value());
  EXPECT_TRUE(header->marker);
  EXPECT_EQ(header->payload_type, 8);
  EXPECT_EQ(header->payload_at, 28u);
  EXPECT_EQ(header->payload_size, 7u);
  for (size_t size = 0; size < 28; ++size) EXPECT_FALSE(parse_rtp(Bytes(packet).first(size)));
  packet.back() = 11;  // more padding than payload
  EXPECT_FALSE(parse_rtp(packet));
  packet.back() = 0;
  EXPECT_FALSE(parse_rtp(packet));
}

TEST(RtpPacket, OtherVersionsAndRtcpTypesAreNoRtp) {
  std::array<uint8_t, 20> packet{0x40};
  EXPECT_FALSE(parse_rtp(packet));
  packet[0] = 0x80;
  packet[1] = 200;
  EXPECT_FALSE(parse_rtp(packet));
}

TEST(Rtcp, WhatWeWriteWeRead) {
  std::array<uint8_t, 160> packet;
  ReportBlock block{7, 64, -5, 70000, 12, 34, 56};
  const SenderInfo sender{0x0102030405060708, 99, 10, 1600};
  const size_t size = write_rtcp(packet.data(), 42, "carillon", sender, block, true);
  const auto summary = parse_rtcp(Bytes(packet).first(size));
  ASSERT_TRUE(summary.has_value());
  EXPECT_EQ(summary->sender_ssrc, 42u);
  EXPECT_EQ(summary->sender->ntp_time, sender.ntp_time);
  EXPECT_EQ(summary->sender->octets, 1600u);
  EXPECT_EQ(summary->report->ssrc, 7u);
  EXPECT_EQ(summary->report->fraction_lost, 64);
  EXPECT_EQ(summary->report->packets_lost, -5);
  EXPECT_EQ(summary->report->delay_since_sr, 56u);
  EXPECT_TRUE(summary->bye);
  for (size_t cut = 0; cut < size; ++cut) {
    // A shorter compound may be valid, but never half a packet.
    EXPECT_TRUE(cut % 4 == 0 || !parse_rtcp(Bytes(packet).first(cut))) << cut;
  }
}

TEST(Rtcp, CountsThatDoNotFitAreRefused) {
  std::array<uint8_t, 8> bye{0x81, 203, 0, 1, 0, 0, 0, 1};
  EXPECT_FALSE(parse_rtcp(bye));  // a compound begins with a report
  std::array<uint8_t, 8> liar{0x9F, 201, 0, 1, 0, 0, 0, 1};
  EXPECT_FALSE(parse_rtcp(liar));
  std::array<uint8_t, 8> overlong{0x80, 201, 0xFF, 0xFF, 0, 0, 0, 1};
  EXPECT_FALSE(parse_rtcp(overlong));
}

// ------------------------------------------------------------------------------- streams

TEST(IncomingStream, CountsLossJitterAndWraps) {
  IncomingStream stream;
  int64_t ms = 0;
  for (uint16_t sequence = 65500; sequence != 100; ++sequence, ms += 20) {
    if (sequence % 10 == 3) continue;
    stream.received(source(1, sequence, static_cast<uint32_t>(ms * 8)), at(ms));
  }
  EXPECT_EQ(stream.total_lost(), 14u);
  const auto report = stream.report(at(ms));
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->packets_lost, 14);
  EXPECT_NEAR(report->fraction_lost, 26, 3);
  EXPECT_EQ(report->jitter, 0u);
  EXPECT_EQ(report->highest_sequence, 0x10000u + 99);
  EXPECT_FALSE(stream.report(at(ms)).has_value());
}

TEST(IncomingStream, JitterOfTenMillisecondsComesNear80Units) {
  IncomingStream stream;
  for (int i = 0; i < 500; ++i) {
    stream.received(source(1, static_cast<uint16_t>(i), static_cast<uint32_t>(i * 160)),
                    at(1000 + i * 20 + (i % 2) * 10));
  }
  EXPECT_NEAR(stream.report(at(99999))->jitter, 80, 5);
}

TEST(IncomingStream, DelaySinceSenderReportCounts) {
  IncomingStream stream;
  stream.received(source(1, 1, 1), at(0));
  stream.sender_report({0x1122334455667788, 0, 0, 0}, at(1000));
  const auto report = stream.report(at(1500));
  EXPECT_EQ(report->last_sr, 0x33445566u);
  EXPECT_EQ(report->delay_since_sr, 32768u);
}

struct Sent {
  uint16_t sequence;
  uint32_t timestamp;
  bool marker;
};
Sent read(const uint8_t* packet) {
  const auto header = parse_rtp({packet, kRtpHeaderSize + 160});
  EXPECT_TRUE(header.has_value());
  return {header->sequence, header->timestamp, header->marker};
}

TEST(OutgoingStream, ChangesOfSourceLeaveNoHole) {
  OutgoingStream out(9, 100, 5000);
  std::array<uint8_t, kRtpHeaderSize + 160> packet{};
  packet[0] = 0x80;
  out.relay(packet.data(), source(1, 500, 77777), 0, at(0));
  const Sent first = read(packet.data());
  EXPECT_TRUE(first.marker);
  out.relay(packet.data(), source(1, 501, 77937), 0, at(20));
  const Sent second = read(packet.data());
  EXPECT_EQ(second.sequence, first.sequence + 1);
  EXPECT_EQ(second.timestamp, first.timestamp + 160);
  EXPECT_FALSE(second.marker);
  out.source_changed();
  out.relay(packet.data(), source(2, 3, 1), 0, at(520));  // half a second of nothing
  const Sent third = read(packet.data());
  EXPECT_EQ(third.sequence, second.sequence + 1);
  EXPECT_EQ(third.timestamp, second.timestamp + 4000);
  EXPECT_TRUE(third.marker);
  out.make(packet.data(), 0, 160, at(540));
  const Sent fourth = read(packet.data());
  EXPECT_EQ(fourth.sequence, third.sequence + 1);
  EXPECT_EQ(fourth.timestamp, third.timestamp + 160);
  out.relay(packet.data(), source(2, 4, 161), 0, at(560));
  EXPECT_EQ(read(packet.data()).sequence, fourth.sequence + 1);
}

TEST(OutgoingStream, LossAndReorderingArePassedOn) {
  OutgoingStream out(9, 0, 0);
  std::array<uint8_t, kRtpHeaderSize + 160> packet{};
  packet[0] = 0x80;
  std::vector<int> sequences;
  for (const int s : {10, 12, 11, 14}) {
    out.relay(packet.data(), source(1, static_cast<uint16_t>(s), static_cast<uint32_t>(160 * s)), 0,
              at(20 * s));
    sequences.push_back(read(packet.data()).sequence);
  }
  EXPECT_EQ(sequences, (std::vector{1, 3, 2, 5}));
}

TEST(OutgoingStream, PacketsLeftOutOnPurposeLeaveNoHole) {
  OutgoingStream out(9, 0, 0);
  std::array<uint8_t, kRtpHeaderSize + 160> packet{};
  packet[0] = 0x80;
  out.relay(packet.data(), source(1, 10, 0), 0, at(0));
  out.leave_out(source(1, 11, 160));
  out.relay(packet.data(), source(1, 12, 320), 0, at(40));
  EXPECT_EQ(read(packet.data()).sequence, 2);
}

// --------------------------------------------------------------------------------- DTMF

TEST(TelephoneEvents, SenderFollowsTheRfc) {
  TelephoneEventSender sender;
  sender.add('#');
  std::vector<EventPacket> all;
  std::array<EventPacket, 3> packets;
  int ticks = 0;
  for (; !sender.idle(); ++ticks) {
    const size_t count = sender.tick(packets);
    all.insert(all.end(), packets.begin(), packets.begin() + static_cast<long>(count));
  }
  EXPECT_EQ(ticks, 8);
  ASSERT_EQ(all.size(), 7u);
  EXPECT_TRUE(all[0].first);
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].event.event, 11);
    EXPECT_EQ(all[i].event.end, i >= 4);
    EXPECT_EQ(all[i].event.duration, std::min<size_t>(i + 1, 5) * 160);
  }
}

TEST(TelephoneEvents, OneDigitForEachEventWhateverIsLost) {
  TelephoneEventReceiver receiver;
  std::array<uint8_t, 4> payload;
  std::string digits;
  for (uint32_t press = 0; press < 20; ++press) {
    for (int packet = 0; packet < 7; ++packet) {
      if ((packet * 7 + static_cast<int>(press)) % 3 != 0) continue;  // two of three are lost
      write_telephone_event(payload.data(), {5, packet >= 4, 10, 160});
      const auto digit = receiver.received(source(1, 0, 1000 + press * 1280), payload);
      if (digit) digits += *digit;
    }
  }
  EXPECT_EQ(digits, std::string(20, '5'));
}

TEST(TelephoneEvents, LatePacketsOfAFormerEventAndOtherEventsAreNoDigits) {
  TelephoneEventReceiver receiver;
  std::array<uint8_t, 4> payload;
  write_telephone_event(payload.data(), {1, true, 10, 800});
  EXPECT_EQ(receiver.received(source(1, 0, 5000), payload), '1');
  EXPECT_FALSE(receiver.received(source(1, 0, 4000), payload));
  write_telephone_event(payload.data(), {16, true, 10, 800});  // flash
  EXPECT_FALSE(receiver.received(source(1, 0, 9000), payload));
  EXPECT_FALSE(receiver.received(source(1, 0, 9999), Bytes(payload).first(3)));
}

TEST(Tones, WhatWeSendWeHear) {
  ToneSender sender;
  ToneListener listener;
  const std::string all = "0123456789*#ABCD";
  for (const char digit : all) sender.add(digit);
  std::array<int16_t, 160> samples;
  std::string heard;
  while (sender.make(samples)) heard += listener.listen(samples);
  EXPECT_EQ(heard, all);
}

TEST(Tones, MusicAndSpeechLikeNoiseIsNoDigit) {
  ToneListener listener;
  std::vector<int16_t> music(80000);
  testing::ToneSource(440).make(music);
  std::string heard;
  for (size_t i = 0; i + 160 <= music.size(); i += 160) {
    heard += listener.listen(std::span(music).subspan(i, 160));
  }
  EXPECT_EQ(heard, "");
}

// --------------------------------------------------------------------------------- G.711

TEST(G711, TranscodingAgreesWithDecoding) {
  for (int code = 0; code < 256; ++code) {
    std::array<uint8_t, 1> payload{static_cast<uint8_t>(code)};
    int16_t before = 0;
    int16_t after = 0;
    g711::decode(Codec::kPcmu, payload, &before);
    g711::transcode(Codec::kPcmu, Codec::kPcma, payload);
    g711::decode(Codec::kPcma, payload, &after);
    EXPECT_NEAR(before, after, 16 + std::abs(before) / 16) << code;
  }
}

TEST(G711, SilenceIsSilence) {
  for (const Codec codec : {Codec::kPcmu, Codec::kPcma}) {
    const std::array<uint8_t, 1> payload{g711::silence(codec)};
    int16_t sample = 0;
    g711::decode(codec, payload, &sample);
    EXPECT_LE(std::abs(sample), 8);
  }
}

// ----------------------------------------------------------------------------- recordings

class Track : public ::testing::Test {
 protected:
  /// Frame number `i` of a 500 Hz tone, arriving `late` ms after its time.
  void add(int i, int late = 0) {
    std::array<int16_t, 160> frame;
    std::copy_n(tone_.begin() + 160 * i, 160, frame.begin());
    track_.add(7, static_cast<uint32_t>(0xFFFFFF00u + 160u * static_cast<uint32_t>(i)),
               160 * i + 8 * late, frame);
  }
  std::vector<int16_t> take(size_t samples) {
    std::vector<int16_t> out(samples);
    track_.take(out);
    return out;
  }
  Track() { testing::ToneSource(500).make(tone_); }
  std::vector<int16_t> tone_ = std::vector<int16_t>(16000);
  AudioTrack track_;
};

TEST_F(Track, JitterAndReorderingLeaveNoTrace) {
  add(0);
  for (const int i : {2, 1, 4, 3, 6, 5, 8, 7, 9}) add(i, i % 3 * 30);
  EXPECT_EQ(take(1600), std::vector<int16_t>(tone_.begin(), tone_.begin() + 1600));
}

TEST_F(Track, OneLostFrameIsConcealedAndALongGapIsSilence) {
  for (const int i : {0, 1, 2, 4, 5}) add(i);
  const auto out = take(2400);
  EXPECT_GT(testing::loudness(std::span(out).subspan(3 * 160, 160)), 2000);
  EXPECT_GT(testing::tone_share(std::span(out).first(960), 500), 0.9);
  EXPECT_EQ(testing::loudness(std::span(out).last(800)), 0);
}

TEST_F(Track, LateFramesAreDroppedAndANewSourceIsPlacedByItsArrival) {
  add(0);
  take(800);
  add(1);
  std::array<int16_t, 160> frame;
  frame.fill(1234);
  track_.add(99, 5, 960, frame);
  const auto out = take(800);
  EXPECT_EQ(out[159], 0);
  EXPECT_NEAR(out[170], 1234, 400);
}

}  // namespace
}  // namespace carillon::media
