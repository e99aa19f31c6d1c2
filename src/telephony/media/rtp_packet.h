// RTP and RTCP packets (RFC 3550): checking what comes in, writing what goes out.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "telephony/media/bytes.h"

namespace carillon::media {

constexpr size_t kRtpHeaderSize = 12;
/// Comfort noise, the static payload type of RFC 3389.
constexpr uint8_t kComfortNoisePayloadType = 13;

/// The fields of one RTP packet that passed the checks of RFC 3550, A.1.
struct RtpHeader {
  bool marker = false;
  uint8_t payload_type = 0;
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  uint32_t ssrc = 0;
  size_t payload_at = kRtpHeaderSize;  ///< behind CSRCs and extension
  size_t payload_size = 0;             ///< without padding
};

/// nullopt: not RTP version 2, lengths that do not fit, or a payload type that is RTCP's.
std::optional<RtpHeader> parse_rtp(Bytes packet);

/// Writes a header of 12 bytes.
void write_rtp_header(uint8_t* to, const RtpHeader& header);

/// RTP and RTCP on one port are told apart by the second byte (RFC 5761, section 4).
inline bool is_rtcp(Bytes packet) {
  return packet.size() >= 2 && packet[1] >= 192 && packet[1] <= 223;
}

/// One reception report block (RFC 3550, 6.4.1).
struct ReportBlock {
  uint32_t ssrc = 0;
  uint8_t fraction_lost = 0;  ///< of 256
  int32_t packets_lost = 0;   ///< 24 bits, signed
  uint32_t highest_sequence = 0;
  uint32_t jitter = 0;          ///< timestamp units
  uint32_t last_sr = 0;         ///< middle 32 bits of the NTP time of the last SR, 0: none
  uint32_t delay_since_sr = 0;  ///< 1/65536 s
};

struct SenderInfo {
  uint64_t ntp_time = 0;
  uint32_t rtp_timestamp = 0;
  uint32_t packets = 0;
  uint32_t octets = 0;
};

/// What a compound packet told us.
struct RtcpSummary {
  uint32_t sender_ssrc = 0;
  std::optional<SenderInfo> sender;
  std::optional<ReportBlock> report;  ///< the first block
  bool bye = false;
};

/// Walks a compound packet with the checks of RFC 3550, A.2. nullopt: malformed.
std::optional<RtcpSummary> parse_rtcp(Bytes packet);

/// Writes SR (or RR without `sender`) and SDES CNAME, optionally BYE; returns the size, at most
/// 120.
size_t write_rtcp(uint8_t* to, uint32_t ssrc, std::string_view cname,
                  const std::optional<SenderInfo>& sender, const std::optional<ReportBlock>& report,
                  bool bye);

}  // namespace carillon::media
