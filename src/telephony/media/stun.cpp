#include "telephony/media/stun.h"

#include <algorithm>
#include <cstring>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/assert.h"

namespace carillon::media::stun {
namespace {

constexpr uint32_t kMagicCookie = 0x2112A442;
constexpr uint32_t kFingerprintXor = 0x5354554E;  // "STUN", RFC 8489, 14.7
constexpr size_t kHeaderSize = 20;
constexpr size_t kIntegritySize = 20;

constexpr uint16_t kUsername = 0x0006;
constexpr uint16_t kMessageIntegrity = 0x0008;
constexpr uint16_t kXorMappedAddress = 0x0020;
constexpr uint16_t kPriority = 0x0024;
constexpr uint16_t kUseCandidate = 0x0025;
constexpr uint16_t kFingerprint = 0x8028;
constexpr uint16_t kIceControlling = 0x802A;

constexpr std::array<uint32_t, 256> make_crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = (c & 1) != 0 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
  return table;
}
constexpr auto kCrcTable = make_crc_table();

uint32_t crc32(Bytes data) {
  uint32_t c = ~0u;
  for (const uint8_t byte : data) c = kCrcTable[(c ^ byte) & 0xFF] ^ (c >> 8);
  return ~c;
}

/// HMAC-SHA1 over `data`.
std::array<uint8_t, kIntegritySize> integrity_of(std::string_view password, Bytes data) {
  std::array<uint8_t, kIntegritySize> mac{};
  unsigned size = kIntegritySize;
  HMAC(EVP_sha1(), password.data(), static_cast<int>(password.size()), data.data(), data.size(),
       mac.data(), &size);
  return mac;
}

constexpr size_t padded(size_t size) { return (size + 3) & ~size_t{3}; }

std::optional<SocketAddress> read_xor_address(Bytes value) {
  if (value.size() != 8 || value[1] != 1) return std::nullopt;  // family 1 is IPv4
  return SocketAddress{read_u32(&value[4]) ^ kMagicCookie,
                       static_cast<uint16_t>(read_u16(&value[2]) ^ (kMagicCookie >> 16))};
}

/// False when the attribute breaks its own form.
bool read_attribute(Message& message, uint16_t type, size_t at, Bytes value) {
  switch (type) {
    case kUsername:
      message.username = {reinterpret_cast<const char*>(value.data()), value.size()};
      return true;
    case kUseCandidate: message.use_candidate = true; return true;
    case kXorMappedAddress: message.mapped_address = read_xor_address(value); return true;
    case kMessageIntegrity: message.integrity_at = at; return value.size() == kIntegritySize;
    case kFingerprint:
      message.has_fingerprint = true;
      return value.size() == 4 && at + 8 == message.raw.size() &&
             read_u32(value.data()) == (crc32(message.raw.first(at)) ^ kFingerprintXor);
    default: return true;
  }
}

}  // namespace

std::optional<Message> parse(Bytes datagram) {
  if (datagram.size() < kHeaderSize || datagram[0] > 3 || read_u32(&datagram[4]) != kMagicCookie ||
      read_u16(&datagram[2]) != datagram.size() - kHeaderSize || datagram.size() % 4 != 0) {
    return std::nullopt;
  }
  Message message;
  message.raw = datagram;
  message.type = static_cast<Type>(read_u16(&datagram[0]));
  size_t at = kHeaderSize;
  while (at + 4 <= datagram.size()) {
    const uint16_t type = read_u16(&datagram[at]);
    const size_t length = read_u16(&datagram[at + 2]);
    if (at + 4 + length > datagram.size()) return std::nullopt;
    const bool counts = message.integrity_at == 0 || type == kFingerprint;
    if (counts && !read_attribute(message, type, at, datagram.subspan(at + 4, length))) {
      return std::nullopt;
    }
    at += 4 + padded(length);
  }
  return message;
}

bool integrity_matches(const Message& message, std::string_view password) {
  const size_t at = message.integrity_at;
  std::array<uint8_t, 1500> covered;
  if (at == 0 || at > covered.size()) return false;
  std::copy_n(message.raw.begin(), at, covered.begin());
  // The length that was hashed ends with MESSAGE-INTEGRITY (RFC 8489, 14.5).
  write_u16(&covered[2], static_cast<uint16_t>(at + 4 + kIntegritySize - kHeaderSize));
  const auto mac = integrity_of(password, Bytes(covered).first(at));
  return CRYPTO_memcmp(mac.data(), &message.raw[at + 4], mac.size()) == 0;
}

Builder::Builder(Type type, Bytes transaction) {
  CARILLON_ASSERT(transaction.size() == 12, "a STUN transaction id has 12 bytes");
  write_u16(&buffer_[0], static_cast<uint16_t>(type));
  write_u32(&buffer_[4], kMagicCookie);
  std::copy(transaction.begin(), transaction.end(), buffer_.begin() + 8);
}

void Builder::add(uint16_t attribute, Bytes value) {
  CARILLON_ASSERT(size_ + 4 + padded(value.size()) <= buffer_.size(), "STUN message too long");
  write_u16(&buffer_[size_], attribute);
  write_u16(&buffer_[size_ + 2], static_cast<uint16_t>(value.size()));
  std::copy(value.begin(), value.end(), buffer_.begin() + static_cast<ptrdiff_t>(size_) + 4);
  size_ += 4 + padded(value.size());
}

void Builder::add_username(std::string_view username) {
  add(kUsername, {reinterpret_cast<const uint8_t*>(username.data()), username.size()});
}

void Builder::add_priority(uint32_t priority) {
  std::array<uint8_t, 4> value;
  write_u32(value.data(), priority);
  add(kPriority, value);
}

void Builder::add_use_candidate() { add(kUseCandidate, {}); }

void Builder::add_ice_controlling(uint64_t tie_breaker) {
  std::array<uint8_t, 8> value;
  write_u32(value.data(), static_cast<uint32_t>(tie_breaker >> 32));
  write_u32(value.data() + 4, static_cast<uint32_t>(tie_breaker));
  add(kIceControlling, value);
}

void Builder::add_xor_mapped_address(const SocketAddress& address) {
  std::array<uint8_t, 8> value{0, 1};
  write_u16(&value[2], static_cast<uint16_t>(address.port ^ (kMagicCookie >> 16)));
  write_u32(&value[4], address.ip ^ kMagicCookie);
  add(kXorMappedAddress, value);
}

void Builder::set_length(size_t size) {
  write_u16(&buffer_[2], static_cast<uint16_t>(size - kHeaderSize));
}

Bytes Builder::finish(std::string_view password) {
  set_length(size_ + 4 + kIntegritySize);
  add(kMessageIntegrity, integrity_of(password, Bytes(buffer_).first(size_)));
  set_length(size_ + 8);
  std::array<uint8_t, 4> value;
  write_u32(value.data(), crc32(Bytes(buffer_).first(size_)) ^ kFingerprintXor);
  add(kFingerprint, value);
  return Bytes(buffer_).first(size_);
}

}  // namespace carillon::media::stun
