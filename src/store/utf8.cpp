#include "store/utf8.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace carillon::store {
namespace {

/// Length of the sequence that starts with `lead`, 0 when no sequence starts so.
size_t sequence_length(uint8_t lead) {
  if (lead == 0) return 0;
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

/// RFC 3629 section 4: the second byte is narrower after E0, ED, F0 and F4.
bool second_byte_allowed(uint8_t lead, uint8_t second) {
  switch (lead) {
    case 0xE0: return second >= 0xA0;
    case 0xED: return second <= 0x9F;
    case 0xF0: return second >= 0x90;
    case 0xF4: return second <= 0x8F;
    default: return true;
  }
}

/// Length of the beginning of `text` that is ASCII without NUL, in whole words of eight bytes.
size_t plain_length(std::string_view text) {
  constexpr uint64_t kLowBits = 0x0101010101010101;
  constexpr uint64_t kHighBits = 0x8080808080808080;
  size_t length = 0;
  for (; length + sizeof(uint64_t) <= text.size(); length += sizeof(uint64_t)) {
    uint64_t word = 0;
    std::memcpy(&word, text.data() + length, sizeof word);
    // The first part finds bytes above 127, the second (with the first) zero bytes.
    if ((word | (word - kLowBits)) & kHighBits) break;
  }
  return length;
}

}  // namespace

bool is_storable_text(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  for (size_t i = plain_length(text); i < text.size();) {
    const size_t length = sequence_length(byte(i));
    if (length == 0 || i + length > text.size()) return false;
    for (size_t k = 1; k < length; ++k) {
      if ((byte(i + k) & 0xC0) != 0x80) return false;
    }
    if (length > 1 && !second_byte_allowed(byte(i), byte(i + 1))) return false;
    i += length;
  }
  return true;
}

}  // namespace carillon::store
