#include "telephony/media/rtp_streams.h"

#include <algorithm>
#include <cstdlib>

#include "telephony/media/g711.h"

namespace carillon::media {
namespace {

// RFC 3550, A.1: larger jumps of the sequence number mean that the source has restarted.
constexpr int kMaxDropout = 3000;
constexpr int kMaxMisorder = 100;
/// Seconds between 1900 (NTP) and 1970 (Unix).
constexpr uint64_t kNtpEpochOffset = 2'208'988'800;

bool restarted(uint16_t sequence, uint16_t highest) {
  const int distance = static_cast<int16_t>(sequence - highest);
  return distance > kMaxDropout || distance < -kMaxMisorder;
}

uint64_t to_ntp(WallTime wall) {
  const auto ms = static_cast<uint64_t>(to_unix_ms(wall));
  return (ms / 1000 + kNtpEpochOffset) << 32 | ((ms % 1000) << 32) / 1000;
}

}  // namespace

void IncomingStream::received(const RtpHeader& header, SteadyTime arrival) {
  const auto arrival_units =
      static_cast<uint32_t>(arrival.time_since_epoch().count() * g711::kSamplesPerMs);
  const uint32_t transit = arrival_units - header.timestamp;
  if (!started_ || header.ssrc != ssrc_ || restarted(header.sequence, highest_)) {
    lost_before_ += lost_now();
    received_before_ += received_;
    started_ = true;
    ssrc_ = header.ssrc;
    highest_ = header.sequence;
    first_ = header.sequence;
    cycles_ = 0;
    received_ = 0;
    received_at_report_ = 0;
    expected_at_report_ = 0;
    jitter_x16_ = 0;
    last_transit_ = transit;
  }
  ++received_;
  if (static_cast<int16_t>(header.sequence - highest_) > 0) {
    if (header.sequence < highest_) ++cycles_;
    highest_ = header.sequence;
  }
  // RFC 3550, A.8, in its integer form.
  const auto difference =
      static_cast<uint32_t>(std::abs(static_cast<int32_t>(transit - last_transit_)));
  last_transit_ = transit;
  jitter_x16_ += difference - ((jitter_x16_ + 8) >> 4);
}

void IncomingStream::sender_report(const SenderInfo& info, SteadyTime arrival) {
  last_sr_ = static_cast<uint32_t>(info.ntp_time >> 16);
  last_sr_arrival_ = arrival;
}

uint64_t IncomingStream::lost_now() const {
  if (!started_) return 0;
  const uint64_t expected = uint64_t{extended_highest()} - first_ + 1;
  return expected > received_ ? expected - received_ : 0;
}

std::optional<ReportBlock> IncomingStream::report(SteadyTime now) {
  if (!started_ || received_ == received_at_report_) return std::nullopt;
  ReportBlock block;
  const uint32_t expected = extended_highest() - first_ + 1;
  const uint32_t expected_interval = expected - expected_at_report_;
  const auto received_interval = static_cast<uint32_t>(received_ - received_at_report_);
  if (expected_interval > received_interval) {
    block.fraction_lost = static_cast<uint8_t>(std::min<uint64_t>(
        255, (uint64_t{expected_interval - received_interval} << 8) / expected_interval));
  }
  expected_at_report_ = expected;
  received_at_report_ = received_;
  block.ssrc = ssrc_;
  const int64_t lost = int64_t{expected} - static_cast<int64_t>(received_);
  block.packets_lost = static_cast<int32_t>(std::clamp<int64_t>(lost, -0x800000, 0x7FFFFF));
  block.highest_sequence = extended_highest();
  block.jitter = jitter_x16_ >> 4;
  if (last_sr_ != 0) {
    block.last_sr = last_sr_;
    block.delay_since_sr = static_cast<uint32_t>((now - last_sr_arrival_).count() * 65536 / 1000);
  }
  return block;
}

OutgoingStream::OutgoingStream(uint32_t ssrc, uint16_t first_sequence, uint32_t first_timestamp)
    : ssrc_(ssrc), last_sequence_(first_sequence), last_timestamp_(first_timestamp) {}

uint32_t OutgoingStream::timestamp_after_gap(SteadyTime now) const {
  if (!any_) return last_timestamp_;
  const auto elapsed = static_cast<uint32_t>((now - last_at_).count() * g711::kSamplesPerMs);
  return last_timestamp_ + std::max(elapsed, last_samples_);
}

void OutgoingStream::begin_source(const RtpHeader& source, SteadyTime now) {
  source_known_ = true;
  making_ = false;
  marker_pending_ = true;
  source_ssrc_ = source.ssrc;
  source_highest_ = source.sequence;
  sequence_offset_ = static_cast<uint16_t>(last_sequence_ + 1 - source.sequence);
  timestamp_offset_ = timestamp_after_gap(now) - source.timestamp;
}

void OutgoingStream::relay(uint8_t* packet, const RtpHeader& source, uint8_t payload_type,
                           SteadyTime now) {
  if (!source_known_ || making_ || source.ssrc != source_ssrc_ ||
      restarted(source.sequence, source_highest_)) {
    begin_source(source, now);
  }
  const auto sequence = static_cast<uint16_t>(source.sequence + sequence_offset_);
  const uint32_t timestamp = source.timestamp + timestamp_offset_;
  if (static_cast<int16_t>(source.sequence - source_highest_) >= 0) {
    source_highest_ = source.sequence;
    last_sequence_ = sequence;
    last_timestamp_ = timestamp;
    last_at_ = now;
    any_ = true;
  }
  packet[1] = static_cast<uint8_t>((source.marker || marker_pending_ ? 0x80 : 0) | payload_type);
  marker_pending_ = false;
  write_u16(packet + 2, sequence);
  write_u32(packet + 4, timestamp);
  write_u32(packet + 8, ssrc_);
}

void OutgoingStream::leave_out(const RtpHeader& source) {
  if (!source_known_ || making_ || source.ssrc != source_ssrc_) return;
  if (static_cast<int16_t>(source.sequence - source_highest_) <= 0) return;
  source_highest_ = source.sequence;
  --sequence_offset_;
}

void OutgoingStream::make(uint8_t* packet, uint8_t payload_type, uint32_t samples, SteadyTime now) {
  const bool fresh = !source_known_ || !making_;
  last_timestamp_ = fresh ? timestamp_after_gap(now) : last_timestamp_ + last_samples_;
  last_samples_ = samples;
  source_known_ = true;
  making_ = true;
  last_at_ = now;
  any_ = true;
  write_rtp_header(packet, {fresh, payload_type, ++last_sequence_, last_timestamp_, ssrc_});
}

void OutgoingStream::make_event(uint8_t* packet, uint8_t payload_type, bool first, SteadyTime now) {
  if (first) last_timestamp_ = timestamp_after_gap(now);
  last_samples_ = g711::kFrameSamples;
  source_known_ = false;  // whatever follows takes its timestamp from the time that has passed
  if (first || !any_) last_at_ = now;
  any_ = true;
  write_rtp_header(packet, {first, payload_type, ++last_sequence_, last_timestamp_, ssrc_});
}

std::optional<SenderInfo> OutgoingStream::sender_info(Now now) const {
  if (packets_ == 0) return std::nullopt;
  const auto since = static_cast<uint32_t>((now.steady - last_at_).count() * g711::kSamplesPerMs);
  return SenderInfo{to_ntp(now.wall), last_timestamp_ + since, packets_, octets_};
}

}  // namespace carillon::media
