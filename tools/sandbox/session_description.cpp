#include "sandbox/session_description.h"

#include <algorithm>
#include <charconv>
#include <memory>

#include <fmt/format.h>
#include <sofia-sip/sdp.h>

namespace carillon::sandbox {
namespace {

struct ParserDeleter {
  void operator()(sdp_parser_t* parser) const { sdp_parser_free(parser); }
};

const sdp_connection_t* address_of(const sdp_session_t& session, const sdp_media_t& media) {
  return media.m_connections != nullptr ? media.m_connections : session.sdp_connection;
}

bool names_encoding(const sdp_rtpmap_t& map, std::string_view name) {
  if (map.rm_encoding == nullptr) return false;
  const std::string_view have = map.rm_encoding;
  return std::ranges::equal(have, name, [](unsigned char a, unsigned char b) {
    return std::tolower(a) == std::tolower(b);
  });
}

std::optional<AudioOffer> read_media(const sdp_session_t& session, const sdp_media_t& media) {
  if (media.m_type != sdp_media_audio || media.m_proto != sdp_proto_rtp) return std::nullopt;
  if (media.m_rejected != 0 || media.m_port == 0 || media.m_port > 65'535) return std::nullopt;
  const auto* connection = address_of(session, media);
  if (connection == nullptr || connection->c_addrtype != sdp_addr_ip4) return std::nullopt;

  AudioOffer offer;
  offer.address = connection->c_address != nullptr ? connection->c_address : "";
  offer.port = static_cast<uint16_t>(media.m_port);
  offer.payload_type = -1;
  for (const auto* map = media.m_rtpmaps; map != nullptr; map = map->rm_next) {
    const int type = static_cast<int>(map->rm_pt);
    if ((type == 0 || type == 8) && offer.payload_type < 0) offer.payload_type = type;
    if (names_encoding(*map, "telephone-event")) offer.event_payload_type = type;
  }
  if (offer.payload_type < 0 || offer.address.empty()) return std::nullopt;
  const auto mode = static_cast<unsigned>(media.m_mode);
  offer.sends_media = (mode & static_cast<unsigned>(sdp_sendonly)) != 0;
  offer.wants_media =
      (mode & static_cast<unsigned>(sdp_recvonly)) != 0 && offer.address != "0.0.0.0";
  return offer;
}

std::string describe(const std::string& address, uint16_t port, unsigned version,
                     std::string_view formats, std::string_view maps, std::string_view direction) {
  return fmt::format(
      "v=0\r\no=sandbox 1 {} IN IP4 {}\r\ns=-\r\nc=IN IP4 {}\r\nt=0 0\r\n"
      "m=audio {} RTP/AVP {}\r\n{}a=ptime:20\r\na={}\r\n",
      version, address, address, port, formats, maps, direction);
}

}  // namespace

std::optional<AudioOffer> parse_offer(std::string_view sdp) {
  const std::unique_ptr<sdp_parser_t, ParserDeleter> parser(
      sdp_parse(nullptr, sdp.data(), static_cast<issize_t>(sdp.size()), 0));
  const sdp_session_t* session = parser ? sdp_session(parser.get()) : nullptr;
  if (session == nullptr) return std::nullopt;
  for (const auto* media = session->sdp_media; media != nullptr; media = media->m_next) {
    if (auto offer = read_media(*session, *media)) return offer;
  }
  return std::nullopt;
}

std::string make_answer(const AudioOffer& offer, const std::string& address, uint16_t port,
                        unsigned version) {
  auto formats = std::to_string(offer.payload_type);
  std::string maps =
      fmt::format("a=rtpmap:{} {}/8000\r\n", formats, offer.payload_type == 0 ? "PCMU" : "PCMA");
  if (offer.event_payload_type >= 0) {
    formats += fmt::format(" {}", offer.event_payload_type);
    maps += fmt::format("a=rtpmap:{0} telephone-event/8000\r\na=fmtp:{0} 0-15\r\n",
                        offer.event_payload_type);
  }
  // RFC 3264 section 6.1: the answer mirrors the offer's direction.
  const char* direction = offer.wants_media ? (offer.sends_media ? "sendrecv" : "sendonly")
                                            : (offer.sends_media ? "recvonly" : "inactive");
  return describe(address, port, version, formats, maps, direction);
}

std::string make_offer(const std::string& address, uint16_t port, unsigned version) {
  return describe(address, port, version, "0 8 101",
                  "a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
                  "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n",
                  "sendrecv");
}

}  // namespace carillon::sandbox
