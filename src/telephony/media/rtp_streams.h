// The two ends of RTP on a leg: what we receive is counted, what we send is one unbroken stream.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "telephony/media/rtp_packet.h"

namespace carillon::media {

/// Counts one incoming stream: loss and jitter for our reports (RFC 3550, A.1, A.3, A.8).
/// The first packet is taken at once, without A.1's probation: only the negotiated peer gets here,
/// and the first word is to be heard. A new SSRC starts a new count; totals go on.
class IncomingStream {
 public:
  /// `arrival`: this machine's steady time.
  void received(const RtpHeader& header, SteadyTime arrival);
  void sender_report(const SenderInfo& info, SteadyTime arrival);

  bool started() const { return started_; }
  uint32_t ssrc() const { return ssrc_; }
  uint64_t total_lost() const { return lost_before_ + lost_now(); }
  uint64_t total_received() const { return received_before_ + received_; }

  /// Starts a new interval for fraction_lost. nullopt: nothing came since the last report.
  std::optional<ReportBlock> report(SteadyTime now);

 private:
  uint64_t lost_now() const;
  uint32_t extended_highest() const { return cycles_ << 16 | highest_; }

  bool started_ = false;
  uint32_t ssrc_ = 0;
  uint16_t highest_ = 0;
  uint32_t cycles_ = 0;
  uint32_t first_ = 0;
  uint64_t received_ = 0;
  uint64_t received_before_ = 0;
  uint64_t lost_before_ = 0;
  uint32_t expected_at_report_ = 0;
  uint64_t received_at_report_ = 0;
  uint32_t last_transit_ = 0;
  uint32_t jitter_x16_ = 0;
  uint32_t last_sr_ = 0;
  SteadyTime last_sr_arrival_{};
};

/// Turns relayed packets of changing sources and frames that we make ourselves into one outgoing
/// stream: one SSRC, sequence numbers without holes of our making, timestamps that grow with time,
/// a marker where the source changes (RFC 3550 and RFC 3551, 4.1). Loss and reordering of a source
/// are passed on as they are, so that the receiver's jitter buffer sees the truth.
class OutgoingStream {
 public:
  OutgoingStream(uint32_t ssrc, uint16_t first_sequence, uint32_t first_timestamp);

  uint32_t ssrc() const { return ssrc_; }
  /// The next relayed packet or frame begins a new source.
  void source_changed() { source_known_ = false; }

  /// Rewrites the header of a relayed packet in place, with `payload_type` as the receiver knows
  /// it.
  void relay(uint8_t* packet, const RtpHeader& source, uint8_t payload_type, SteadyTime now);
  /// A packet of the source is left out on purpose: no hole in the numbers.
  void leave_out(const RtpHeader& source);
  /// Writes the header of a frame of ours that spans `samples`.
  void make(uint8_t* packet, uint8_t payload_type, uint32_t samples, SteadyTime now);
  /// Writes the header of a packet of a telephone event: all of one event share its timestamp
  /// (RFC 4733, 2.5.1.2). `first` starts the event.
  void make_event(uint8_t* packet, uint8_t payload_type, bool first, SteadyTime now);

  void sent(size_t payload_size) {
    ++packets_;
    octets_ += static_cast<uint32_t>(payload_size);
  }
  uint32_t packets() const { return packets_; }
  std::optional<SenderInfo> sender_info(Now now) const;

 private:
  void begin_source(const RtpHeader& source, SteadyTime now);
  uint32_t timestamp_after_gap(SteadyTime now) const;

  const uint32_t ssrc_;
  bool any_ = false;  ///< something was sent
  bool source_known_ = false;
  bool making_ = false;  ///< the current source is ours
  bool marker_pending_ = false;
  uint32_t source_ssrc_ = 0;
  uint16_t source_highest_ = 0;
  uint16_t sequence_offset_ = 0;
  uint32_t timestamp_offset_ = 0;
  uint16_t last_sequence_;  ///< highest that was sent
  uint32_t last_timestamp_;
  uint32_t last_samples_ = 160;
  SteadyTime last_at_{};
  uint32_t packets_ = 0;
  uint32_t octets_ = 0;
};

}  // namespace carillon::media
