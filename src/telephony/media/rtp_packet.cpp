#include "telephony/media/rtp_packet.h"

#include <cstring>

#include "base/assert.h"

namespace carillon::media {
namespace {

constexpr uint8_t kVersionBits = 0x80;
constexpr uint8_t kSenderReport = 200;
constexpr uint8_t kReceiverReport = 201;
constexpr uint8_t kSourceDescription = 202;
constexpr uint8_t kBye = 203;
constexpr size_t kReportBlockSize = 24;

SenderInfo read_sender_info(const uint8_t* p) {
  return {uint64_t{read_u32(p)} << 32 | read_u32(p + 4), read_u32(p + 8), read_u32(p + 12),
          read_u32(p + 16)};
}

ReportBlock read_report_block(const uint8_t* p) {
  auto lost = static_cast<int32_t>(read_u32(p + 4) & 0xFFFFFF);
  if (lost >= 0x800000) lost -= 0x1000000;
  return {read_u32(p),     p[4], lost, read_u32(p + 8), read_u32(p + 12), read_u32(p + 16),
          read_u32(p + 20)};
}

void write_report_block(uint8_t* p, const ReportBlock& block) {
  write_u32(p, block.ssrc);
  write_u32(p + 4, static_cast<uint32_t>(block.packets_lost) & 0xFFFFFF);
  p[4] = block.fraction_lost;
  write_u32(p + 8, block.highest_sequence);
  write_u32(p + 12, block.jitter);
  write_u32(p + 16, block.last_sr);
  write_u32(p + 20, block.delay_since_sr);
}

/// Reads one packet of a compound into `summary`; false when its own length does not fit.
bool read_rtcp_part(Bytes part, RtcpSummary& summary) {
  const uint8_t count = part[0] & 0x1F;
  const uint8_t type = part[1];
  if (type == kBye) summary.bye = true;
  if (type != kSenderReport && type != kReceiverReport) return true;
  const size_t blocks_at = type == kSenderReport ? 28 : 8;
  if (part.size() < blocks_at + count * kReportBlockSize) return false;
  summary.sender_ssrc = read_u32(&part[4]);
  if (type == kSenderReport) summary.sender = read_sender_info(&part[8]);
  if (count > 0 && !summary.report) summary.report = read_report_block(&part[blocks_at]);
  return true;
}

}  // namespace

std::optional<RtpHeader> parse_rtp(Bytes packet) {
  if (packet.size() < kRtpHeaderSize || packet[0] >> 6 != 2 || is_rtcp(packet)) return std::nullopt;
  RtpHeader header;
  header.marker = (packet[1] & 0x80) != 0;
  header.payload_type = packet[1] & 0x7F;
  header.sequence = read_u16(&packet[2]);
  header.timestamp = read_u32(&packet[4]);
  header.ssrc = read_u32(&packet[8]);
  size_t at = kRtpHeaderSize + 4 * size_t{packet[0] & 0x0Fu};
  if ((packet[0] & 0x10) != 0) {
    if (packet.size() < at + 4) return std::nullopt;
    at += 4 + 4 * size_t{read_u16(&packet[at + 2])};
  }
  if (packet.size() < at) return std::nullopt;
  size_t size = packet.size() - at;
  if ((packet[0] & 0x20) != 0) {
    const size_t padding = packet.back();
    if (padding == 0 || padding > size) return std::nullopt;
    size -= padding;
  }
  header.payload_at = at;
  header.payload_size = size;
  return header;
}

void write_rtp_header(uint8_t* to, const RtpHeader& header) {
  to[0] = kVersionBits;
  to[1] = static_cast<uint8_t>((header.marker ? 0x80 : 0) | header.payload_type);
  write_u16(to + 2, header.sequence);
  write_u32(to + 4, header.timestamp);
  write_u32(to + 8, header.ssrc);
}

std::optional<RtcpSummary> parse_rtcp(Bytes packet) {
  if (packet.size() < 8 || packet.size() % 4 != 0) return std::nullopt;
  // The first packet is a report without padding (RFC 3550, A.2). Reduced-size RTCP (RFC 5506) is
  // not negotiated by us.
  if (packet[1] != kSenderReport && packet[1] != kReceiverReport) return std::nullopt;
  RtcpSummary summary;
  size_t at = 0;
  while (at < packet.size()) {
    if (packet.size() - at < 4 || packet[at] >> 6 != 2) return std::nullopt;
    const size_t size = 4 * (size_t{read_u16(&packet[at + 2])} + 1);
    if (at + size > packet.size()) return std::nullopt;
    if (!read_rtcp_part(packet.subspan(at, size), summary)) return std::nullopt;
    at += size;
  }
  return summary;
}

size_t write_rtcp(uint8_t* to, uint32_t ssrc, std::string_view cname,
                  const std::optional<SenderInfo>& sender, const std::optional<ReportBlock>& report,
                  bool bye) {
  CARILLON_ASSERT(cname.size() <= 24, "a CNAME of ours is short");
  to[0] = static_cast<uint8_t>(kVersionBits | (report ? 1 : 0));
  to[1] = sender ? kSenderReport : kReceiverReport;
  write_u32(to + 4, ssrc);
  size_t size = 8;
  if (sender) {
    write_u32(to + 8, static_cast<uint32_t>(sender->ntp_time >> 32));
    write_u32(to + 12, static_cast<uint32_t>(sender->ntp_time));
    write_u32(to + 16, sender->rtp_timestamp);
    write_u32(to + 20, sender->packets);
    write_u32(to + 24, sender->octets);
    size = 28;
  }
  if (report) {
    write_report_block(to + size, *report);
    size += kReportBlockSize;
  }
  write_u16(to + 2, static_cast<uint16_t>(size / 4 - 1));

  uint8_t* sdes = to + size;
  const size_t text_end = 10 + cname.size();
  const size_t sdes_size = (text_end + 4) & ~size_t{3};  // ends with one to four zero octets
  std::memset(sdes, 0, sdes_size);
  sdes[0] = kVersionBits | 1;
  sdes[1] = kSourceDescription;
  write_u16(sdes + 2, static_cast<uint16_t>(sdes_size / 4 - 1));
  write_u32(sdes + 4, ssrc);
  sdes[8] = 1;  // CNAME
  sdes[9] = static_cast<uint8_t>(cname.size());
  std::memcpy(sdes + 10, cname.data(), cname.size());
  size += sdes_size;

  if (bye) {
    to[size] = kVersionBits | 1;
    to[size + 1] = kBye;
    write_u16(to + size + 2, 1);
    write_u32(to + size + 4, ssrc);
    size += 8;
  }
  return size;
}

}  // namespace carillon::media
