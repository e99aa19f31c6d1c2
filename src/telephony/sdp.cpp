#include "telephony/sdp.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sofia-sip/sdp.h>
#include <sofia-sip/su_alloc.h>
#include <strings.h>

namespace carillon::sdp {
namespace {

using media::Codec;
using media::Direction;
using media::RemoteMedia;

constexpr size_t kMaxStreams = 16;
constexpr size_t kMaxIceLength = 256;  // RFC 8839, 5.4

struct ParserDeleter {
  void operator()(sdp_parser_t* parser) const { sdp_parser_free(parser); }
};
using Parser = std::unique_ptr<sdp_parser_t, ParserDeleter>;

Error invalid(std::string message) { return {ErrorCode::kInvalid, std::move(message), "sdp"}; }

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("._*+-").find(c) != std::string_view::npos;
  });
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// All parts of `text` between separators satisfy `check`.
template <class Check>
bool all_parts(std::string_view text, char separator, Check check) {
  for (;;) {
    const size_t end = text.find(separator);
    if (!check(text.substr(0, end))) return false;
    if (end == text.npos) return true;
    text.remove_prefix(end + 1);
  }
}

/// The value of an m= line: media, port[/count], protocol with slashes, formats (RFC 8866, 5.14).
bool is_plain_media_line(std::string_view line) {
  while (line.ends_with(' ')) line.remove_suffix(1);
  int field = 0;
  const bool plain = all_parts(line, ' ', [&](std::string_view part) {
    switch (field++) {
      case 1: return all_parts(part, '/', is_digits);
      case 2: return all_parts(part, '/', is_token);
      default: return is_token(part);
    }
  });
  return plain && field > 3;
}

/// Sofia 1.12.11 never ends, and takes all memory, when a format of an m= line holds a character
/// that no token may have. Such descriptions are refused before it sees them, and so are lines that
/// do not begin with their type (RFC 8866, 5), since it passes over blanks and finds an m= there.
bool has_plain_lines(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find_first_of("\r\n", at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    if (line.find_first_not_of(" \t") == line.npos) continue;
    if (line.size() < 2 || line[0] < 'a' || line[0] > 'z' || line[1] != '=') return false;
    if (line[0] == 'm' && !is_plain_media_line(line.substr(2))) return false;
  }
  return true;
}

/// Sofia's parser reads C strings: no NUL inside, and a bound on size before it sees anything.
Result<Parser> parse(std::string_view text) {
  if (text.empty()) return invalid("The session description is empty.");
  if (text.size() > kMaxSize) return invalid("The session description is too long.");
  if (text.find('\0') != text.npos) return invalid("The session description holds a zero byte.");
  if (!has_plain_lines(text)) {
    return invalid(
        "The session description is malformed: a line or a stream's format is impossible.");
  }
  Parser parser(sdp_parse(nullptr, text.data(), static_cast<issize_t>(text.size()), 0));
  if (!parser || sdp_session(parser.get()) == nullptr) {
    const char* why = parser ? sdp_parsing_error(parser.get()) : nullptr;
    return invalid(fmt::format("The session description is malformed: {}.",
                               why != nullptr ? why : "unknown reason"));
  }
  size_t streams = 0;
  for (auto* m = sdp_session(parser.get())->sdp_media; m != nullptr; m = m->m_next) ++streams;
  if (streams > kMaxStreams) return invalid("The session description has too many streams.");
  return parser;
}

bool equals(const char* a, std::string_view b) {
  return a != nullptr && std::string_view(a).size() == b.size() &&
         strncasecmp(a, b.data(), b.size()) == 0;
}

const char* find_value(const sdp_attribute_t* attributes, const char* name) {
  const sdp_attribute_t* found = sdp_attribute_find(attributes, name);
  return found != nullptr && found->a_value != nullptr ? found->a_value : nullptr;
}

/// The attribute of the stream, or of the session where the stream has none.
std::string value_of(const sdp_session_t* session, const sdp_media_t* stream, const char* name) {
  const char* value = find_value(stream->m_attributes, name);
  if (value == nullptr) value = find_value(session->sdp_attributes, name);
  return value != nullptr ? value : "";
}

std::optional<uint32_t> to_number(std::string_view text) {
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  return value;
}

bool is_numeric_ipv4(const std::string& text) {
  in_addr address{};
  return inet_pton(AF_INET, text.c_str(), &address) == 1;
}

/// One entry of the m= line's formats.
struct Format {
  int payload_type = -1;
  std::string encoding;
  unsigned long rate = 0;
};

/// Sofia fills m_rtpmaps for RTP/AVP and RTP/SAVP only; a browser's UDP/TLS/RTP/SAVPF has a plain
/// list of formats and its rtpmap lines as attributes.
std::vector<Format> formats_of(const sdp_media_t* stream) {
  std::vector<Format> formats;
  for (auto* map = stream->m_rtpmaps; map != nullptr && formats.size() < 64; map = map->rm_next) {
    formats.push_back(
        {static_cast<int>(map->rm_pt), map->rm_encoding ? map->rm_encoding : "", map->rm_rate});
  }
  for (auto* item = stream->m_format; item != nullptr && formats.size() < 64; item = item->l_next) {
    const auto type = item->l_text != nullptr ? to_number(item->l_text) : std::nullopt;
    if (!type || *type > 127) continue;
    Format format{static_cast<int>(*type), "", 8000};
    if (*type == 0) format.encoding = "PCMU";
    if (*type == 8) format.encoding = "PCMA";
    if (*type == 13) format.encoding = "CN";
    for (auto* a = stream->m_attributes; a != nullptr; a = a->a_next) {
      if (!equals(a->a_name, "rtpmap") || a->a_value == nullptr) continue;
      const std::string_view value(a->a_value);
      const size_t space = value.find(' ');
      const size_t slash = value.find('/');
      if (to_number(value) != type || space == value.npos || slash == value.npos || slash < space) {
        continue;
      }
      format.encoding = value.substr(space + 1, slash - space - 1);
      format.rate = to_number(value.substr(slash + 1)).value_or(0);
    }
    formats.push_back(std::move(format));
  }
  return formats;
}

bool is_codec(const Format& format, Codec codec) {
  return format.payload_type == media::payload_type(codec) && format.rate == 8000 &&
         equals(format.encoding.c_str(), codec == Codec::kPcmu ? "PCMU" : "PCMA");
}

int dtmf_payload_type_of(const std::vector<Format>& formats) {
  for (const Format& f : formats) {
    if (equals(f.encoding.c_str(), "telephone-event") && f.rate == 8000) return f.payload_type;
  }
  return -1;
}

Direction mirrored(unsigned peer_mode) {
  switch (peer_mode) {
    case sdp_sendrecv: return Direction::kSendRecv;
    case sdp_sendonly: return Direction::kRecvOnly;
    case sdp_recvonly: return Direction::kSendOnly;
    default: return Direction::kInactive;
  }
}

const char* name_of(Direction direction) {
  switch (direction) {
    case Direction::kSendRecv: return "sendrecv";
    case Direction::kSendOnly: return "sendonly";
    case Direction::kRecvOnly: return "recvonly";
    case Direction::kInactive: return "inactive";
  }
  return "inactive";
}

const char* name_of(Codec codec) { return codec == Codec::kPcmu ? "PCMU" : "PCMA"; }

bool is_plain_rtp(const sdp_media_t* stream) {
  return stream->m_type == sdp_media_audio && stream->m_proto == sdp_proto_rtp &&
         stream->m_port != 0 && !stream->m_rejected;
}

/// The RTCP address where it is not the next port (RFC 3605): "port [IN IP4 address]".
void read_rtcp_attribute(const sdp_media_t* stream, RemoteMedia& remote) {
  const char* value = find_value(stream->m_attributes, "rtcp");
  if (value == nullptr) return;
  const std::string_view text(value);
  const auto port = to_number(text);
  if (!port || *port == 0 || *port > 65535) return;
  remote.rtcp_port = static_cast<uint16_t>(*port);
  const size_t at = text.find("IP4 ");
  if (at == text.npos) return;
  std::string address(text.substr(at + 4));
  if (is_numeric_ipv4(address)) remote.rtcp_address = std::move(address);
}

/// Address, port, direction and the accompanying formats of one audio stream; not the codec.
Result<RemoteMedia> read_stream(const sdp_media_t* stream, const std::vector<Format>& formats) {
  const sdp_connection_t* connection = sdp_media_connections(stream);
  if (connection == nullptr || connection->c_address == nullptr) {
    return invalid("The session description has no address for the audio.");
  }
  RemoteMedia remote;
  remote.address = connection->c_address;
  if (connection->c_addrtype != sdp_addr_ip4 || connection->c_mcast ||
      !is_numeric_ipv4(remote.address)) {
    return invalid("Carillon takes audio over IPv4 and from a numeric address only.");
  }
  if (stream->m_port > 65535) return invalid("The port of the audio stream does not exist.");
  remote.port = static_cast<uint16_t>(stream->m_port);
  read_rtcp_attribute(stream, remote);
  remote.dtmf_payload_type = dtmf_payload_type_of(formats);
  remote.comfort_noise = std::any_of(formats.begin(), formats.end(),
                                     [](const Format& f) { return f.payload_type == 13; });
  remote.direction = mirrored(stream->m_mode);
  if (remote.address == "0.0.0.0" && we_send(remote.direction)) {
    // The old way of hold (RFC 3264, 8.4): nothing may be sent to it.
    remote.direction = we_receive(remote.direction) ? Direction::kRecvOnly : Direction::kInactive;
  }
  return remote;
}

std::string session_lines(const LocalAudio& local) {
  return fmt::format("v=0\r\no=carillon {} {} IN IP4 {}\r\ns=-\r\nc=IN IP4 {}\r\nt=0 0\r\n",
                     local.session_id, local.version, local.endpoint.address,
                     local.endpoint.address);
}

std::string audio_lines(const LocalAudio& local, std::span<const Codec> codecs,
                        int dtmf_payload_type, Direction direction) {
  std::string formats;
  std::string maps;
  const std::string bandwidth =
      local.bandwidth_kbps > 0 ? fmt::format("b=AS:{}\r\n", local.bandwidth_kbps) : "";
  for (const Codec codec : codecs) {
    formats += fmt::format(" {}", media::payload_type(codec));
    maps += fmt::format("a=rtpmap:{} {}/8000\r\n", media::payload_type(codec), name_of(codec));
  }
  if (dtmf_payload_type >= 0) {
    formats += fmt::format(" {}", dtmf_payload_type);
    maps +=
        fmt::format("a=rtpmap:{0} telephone-event/8000\r\na=fmtp:{0} 0-15\r\n", dtmf_payload_type);
  }
  return fmt::format("m=audio {} RTP/AVP{}\r\n{}{}a=ptime:20\r\na={}\r\n", local.endpoint.rtp_port,
                     formats, bandwidth, maps, name_of(direction));
}

/// The refusal of one stream of an offer (RFC 3264, section 6).
std::string refused_stream(const sdp_media_t* stream) {
  std::string formats;
  for (auto* map = stream->m_rtpmaps; map != nullptr; map = map->rm_next) {
    formats += fmt::format(" {}", static_cast<unsigned>(map->rm_pt));
  }
  for (auto* item = stream->m_format; item != nullptr; item = item->l_next) {
    formats += fmt::format(" {}", item->l_text != nullptr ? item->l_text : "0");
  }
  return fmt::format("m={} 0 {}{}\r\n",
                     stream->m_type_name != nullptr ? stream->m_type_name : "audio",
                     stream->m_proto_name != nullptr ? stream->m_proto_name : "RTP/AVP",
                     formats.empty() ? " 0" : formats);
}

bool is_ice_text(const std::string& text, size_t least) {
  return text.size() >= least && text.size() <= kMaxIceLength &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '+' || c == '/'; });
}

/// "AB:CD:..." in upper case when `text` is "sha-256 ab:cd:...", else empty (RFC 8122).
std::string read_fingerprint(const std::string& text) {
  constexpr std::string_view kHash = "sha-256 ";
  constexpr size_t kLength = 32 * 3 - 1;
  if (text.size() != kHash.size() + kLength ||
      strncasecmp(text.c_str(), kHash.data(), kHash.size()) != 0) {
    return "";
  }
  std::string print = text.substr(kHash.size());
  for (size_t i = 0; i < print.size(); ++i) {
    const auto c = static_cast<unsigned char>(print[i]);
    if (i % 3 == 2 ? c != ':' : std::isxdigit(c) == 0) return "";
    print[i] = static_cast<char>(std::toupper(c));
  }
  return print;
}

const sdp_media_t* find_browser_audio(const sdp_session_t* session) {
  for (auto* m = session->sdp_media; m != nullptr; m = m->m_next) {
    if (m->m_type == sdp_media_audio && equals(m->m_proto_name, "UDP/TLS/RTP/SAVPF")) return m;
  }
  return nullptr;
}

}  // namespace

std::string make_offer(const LocalAudio& local, std::span<const Codec> codecs,
                       Direction direction) {
  return session_lines(local) + audio_lines(local, codecs, kDtmfPayloadType, direction);
}

Result<RemoteMedia> parse_answer(std::string_view answer) {
  auto parser = parse(answer);
  if (!parser) return parser.error();
  // We offered one stream: its answer is the first (RFC 3264, section 6).
  const sdp_media_t* stream = sdp_session(parser->get())->sdp_media;
  if (stream == nullptr || !is_plain_rtp(stream)) {
    return invalid("The other side refused the audio stream.");
  }
  const auto formats = formats_of(stream);
  auto remote = read_stream(stream, formats);
  if (!remote) return remote;
  for (const Format& format : formats) {  // in the peer's order of preference
    for (const Codec codec : {Codec::kPcmu, Codec::kPcma}) {
      if (!is_codec(format, codec)) continue;
      remote->codec = codec;
      return remote;
    }
  }
  return invalid("The other side answered with a codec that was not offered.");
}

Result<Negotiated> answer_offer(const LocalAudio& local, std::string_view offer,
                                std::span<const Codec> accepted) {
  auto parser = parse(offer);
  if (!parser) return parser.error();
  const sdp_session_t* session = sdp_session(parser->get());
  Negotiated result;
  result.answer = session_lines(local);
  std::string failure = "The offer has no audio stream over plain RTP.";
  bool found = false;
  for (auto* stream = session->sdp_media; stream != nullptr; stream = stream->m_next) {
    if (found || !is_plain_rtp(stream)) {
      result.answer += refused_stream(stream);
      continue;
    }
    const auto formats = formats_of(stream);
    const auto codec = std::find_if(accepted.begin(), accepted.end(), [&](Codec c) {
      return std::any_of(formats.begin(), formats.end(),
                         [&](const Format& f) { return is_codec(f, c); });
    });
    if (codec == accepted.end()) {
      failure = "The offer has no codec that Carillon speaks: PCMU or PCMA is needed.";
      result.answer += refused_stream(stream);
      continue;
    }
    auto remote = read_stream(stream, formats);
    if (!remote) return remote.error();
    found = true;
    result.remote = std::move(*remote);
    result.remote.codec = *codec;
    result.on_hold = !we_send(result.remote.direction) || result.remote.address == "0.0.0.0";
    result.answer += audio_lines(local, std::span(&*codec, 1), result.remote.dtmf_payload_type,
                                 result.remote.direction);
  }
  if (!found) return invalid(failure);
  return result;
}

Result<WebRtcOffer> parse_webrtc_offer(std::string_view text) {
  auto parser = parse(text);
  if (!parser) return parser.error();
  const sdp_session_t* session = sdp_session(parser->get());
  const sdp_media_t* stream = find_browser_audio(session);
  if (stream == nullptr) return invalid("The browser's offer has no audio stream.");
  if (stream != session->sdp_media || stream->m_next != nullptr) {
    return invalid("The browser's offer must have one audio stream and nothing else.");
  }
  WebRtcOffer offer;
  offer.ice_ufrag = value_of(session, stream, "ice-ufrag");
  offer.ice_pwd = value_of(session, stream, "ice-pwd");
  if (!is_ice_text(offer.ice_ufrag, 4) || !is_ice_text(offer.ice_pwd, 22)) {
    return invalid("The browser's offer lacks valid ICE credentials.");
  }
  offer.fingerprint = read_fingerprint(value_of(session, stream, "fingerprint"));
  if (offer.fingerprint.empty()) {
    return invalid("The browser's offer lacks a SHA-256 fingerprint.");
  }
  const std::string setup = value_of(session, stream, "setup");
  if (setup != "actpass" && setup != "active") {
    return invalid("The browser must be willing to begin DTLS (setup actpass or active).");
  }
  if (sdp_attribute_find(stream->m_attributes, "rtcp-mux") == nullptr) {
    return invalid("The browser's offer lacks rtcp-mux.");
  }
  offer.mid = value_of(session, stream, "mid");
  if (offer.mid.size() > 32) return invalid("The browser's offer has an overlong mid.");
  offer.bundle = !offer.mid.empty() && find_value(session->sdp_attributes, "group") != nullptr;

  const auto formats = formats_of(stream);
  const auto has = [&](Codec c) {
    return std::any_of(formats.begin(), formats.end(),
                       [&](const Format& f) { return is_codec(f, c); });
  };
  if (!has(Codec::kPcmu) && !has(Codec::kPcma)) {
    return invalid("The browser offers neither PCMU nor PCMA.");
  }
  offer.codec = has(Codec::kPcmu) ? Codec::kPcmu : Codec::kPcma;
  offer.dtmf_payload_type = dtmf_payload_type_of(formats);
  offer.direction = mirrored(stream->m_mode);
  return offer;
}

std::string make_webrtc_answer(const WebRtcOffer& offer, const WebRtcAnswer& local) {
  const auto dtmf = offer.dtmf_payload_type;
  std::string sdp =
      fmt::format("v=0\r\no=carillon {} {} IN IP4 {}\r\ns=-\r\nt=0 0\r\na=ice-lite\r\n",
                  local.session_id, local.version, local.address);
  if (offer.bundle) sdp += fmt::format("a=group:BUNDLE {}\r\n", offer.mid);
  sdp +=
      fmt::format("m=audio {} UDP/TLS/RTP/SAVPF {}", local.port, media::payload_type(offer.codec));
  if (dtmf >= 0) sdp += fmt::format(" {}", dtmf);
  sdp += fmt::format(
      "\r\nc=IN IP4 {}\r\na=rtcp-mux\r\na=ice-ufrag:{}\r\na=ice-pwd:{}\r\n"
      "a=fingerprint:sha-256 {}\r\na=setup:passive\r\n",
      local.address, local.ice_ufrag, local.ice_pwd, local.fingerprint);
  if (!offer.mid.empty()) sdp += fmt::format("a=mid:{}\r\n", offer.mid);
  sdp += fmt::format("a={}\r\na=rtpmap:{} {}/8000\r\n", name_of(offer.direction),
                     media::payload_type(offer.codec), name_of(offer.codec));
  if (dtmf >= 0) {
    sdp += fmt::format("a=rtpmap:{0} telephone-event/8000\r\na=fmtp:{0} 0-15\r\n", dtmf);
  }
  // 2130706431: the priority of a host candidate (RFC 8445, 5.1.2).
  sdp += fmt::format(
      "a=ptime:20\r\na=msid:line line\r\na=ssrc:{} cname:carillon\r\n"
      "a=candidate:1 1 udp 2130706431 {} {} typ host\r\na=end-of-candidates\r\n",
      local.ssrc, local.address, local.port);
  return sdp;
}

}  // namespace carillon::sdp
