#include "store/import/text_encoding.h"

#include <algorithm>
#include <array>
#include <utility>

namespace carillon::store {
namespace {

constexpr size_t kHead = 4096;
constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr uint32_t kByteOrderMark = 0xFEFF;

/// 0x80 to 0x9F of Windows-1252; 0xFFFD where it has no character.
constexpr std::array<uint16_t, 32> kWindows1252 = {
    0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};

uint8_t byte(char c) { return static_cast<uint8_t>(c); }

void append_utf8(uint32_t code, std::string& out) {
  const auto put = [&](uint32_t b) { out.push_back(static_cast<char>(b)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

/// What may follow a first byte: how many bytes, and the range of the next (RFC 3629 section 4).
struct Lead {
  int continuation = -1;  ///< -1: not a first byte
  uint8_t low = 0x80, high = 0xBF;
};

Lead lead_of(uint8_t b) {
  if (b < 0x80) return {0};
  if (b >= 0xC2 && b <= 0xDF) return {1};
  if (b == 0xE0) return {2, 0xA0, 0xBF};
  if (b == 0xED) return {2, 0x80, 0x9F};
  if (b >= 0xE1 && b <= 0xEF) return {2};
  if (b == 0xF0) return {3, 0x90, 0xBF};
  if (b >= 0xF1 && b <= 0xF3) return {3};
  if (b == 0xF4) return {3, 0x80, 0x8F};
  return {-1};
}

/// Length of the well-formed sequence at the start of `text`: 0 when ill-formed, -1 when `text`
/// ends before it does.
int sequence_length(std::string_view text) {
  const Lead lead = lead_of(byte(text[0]));
  if (lead.continuation < 0) return 0;
  for (int i = 1; i <= lead.continuation; ++i) {
    if (static_cast<size_t>(i) >= text.size()) return -1;
    const uint8_t low = i == 1 ? lead.low : 0x80, high = i == 1 ? lead.high : 0xBF;
    const uint8_t b = byte(text[static_cast<size_t>(i)]);
    if (b < low || b > high) return 0;
  }
  return lead.continuation + 1;
}

size_t ascii_length(std::string_view text) {
  size_t n = 0;
  while (n < text.size() && byte(text[n]) < 0x80) ++n;
  return n;
}

}  // namespace

std::string_view to_string(TextEncoding encoding) {
  switch (encoding) {
    case TextEncoding::kUtf8: return "UTF-8";
    case TextEncoding::kUtf16Le: return "UTF-16LE";
    case TextEncoding::kUtf16Be: return "UTF-16BE";
    case TextEncoding::kWindows1252: return "windows-1252";
  }
  return "";
}

void EncodingDetector::feed(std::string_view bytes) {
  if (head_.size() < kHead) head_.append(bytes.substr(0, kHead - head_.size()));
  if (valid_utf8_) check_utf8(bytes);
}

void EncodingDetector::check_utf8(std::string_view bytes) {
  for (size_t i = 0; i < bytes.size(); ++i) {
    const uint8_t b = byte(bytes[i]);
    if (continuation_ > 0) {
      if (b < next_low_ || b > next_high_) {
        valid_utf8_ = false;
        return;
      }
      --continuation_;
      next_low_ = 0x80, next_high_ = 0xBF;
    } else if (b >= 0x80) {
      const Lead lead = lead_of(b);
      if (lead.continuation < 0) {
        valid_utf8_ = false;
        return;
      }
      continuation_ = lead.continuation, next_low_ = lead.low, next_high_ = lead.high;
    }
  }
}

TextEncoding EncodingDetector::result() const {
  if (head_.starts_with(kUtf8Mark)) return TextEncoding::kUtf8;
  if (head_.starts_with("\xFF\xFE")) return TextEncoding::kUtf16Le;
  if (head_.starts_with("\xFE\xFF")) return TextEncoding::kUtf16Be;
  size_t zeros[2] = {0, 0};
  for (size_t i = 0; i < head_.size(); ++i) zeros[i % 2] += head_[i] == '\0';
  // Text in Latin letters has a zero in more than half of the high bytes, and nearly none in the
  // low ones.
  const size_t units = head_.size() / 2;
  if (units > 0 && zeros[1] * 2 > units && zeros[0] * 8 < units) return TextEncoding::kUtf16Le;
  if (units > 0 && zeros[0] * 2 > units && zeros[1] * 8 < units) return TextEncoding::kUtf16Be;
  return valid_utf8_ && continuation_ == 0 ? TextEncoding::kUtf8 : TextEncoding::kWindows1252;
}

void TextDecoder::feed(std::string_view bytes, std::string& out) {
  switch (encoding_) {
    case TextEncoding::kUtf8: return feed_utf8(bytes, out);
    case TextEncoding::kUtf16Le:
    case TextEncoding::kUtf16Be: return feed_utf16(bytes, out);
    case TextEncoding::kWindows1252: return feed_windows_1252(bytes, out);
  }
}

void TextDecoder::finish(std::string& out) {
  if (!rest_.empty() || surrogate_ != 0) out.append(kReplacement);
  rest_.clear();
  surrogate_ = 0;
}

void TextDecoder::feed_utf8(std::string_view bytes, std::string& out) {
  std::string joined;
  if (!rest_.empty() || at_start_) {
    joined = rest_.append(bytes);
    bytes = joined;
    rest_.clear();
    if (at_start_) {
      if (bytes.size() < kUtf8Mark.size() && kUtf8Mark.starts_with(bytes)) {
        rest_ = bytes;
        return;
      }
      at_start_ = false;
      if (bytes.starts_with(kUtf8Mark)) bytes.remove_prefix(kUtf8Mark.size());
    }
  }
  while (!bytes.empty()) {
    const size_t plain = ascii_length(bytes);
    out.append(bytes.substr(0, plain));
    bytes.remove_prefix(plain);
    if (bytes.empty()) return;
    const int length = sequence_length(bytes);
    if (length < 0) {
      rest_ = bytes;
      return;
    }
    out.append(length == 0 ? kReplacement : bytes.substr(0, static_cast<size_t>(length)));
    bytes.remove_prefix(static_cast<size_t>(std::max(length, 1)));
  }
}

void TextDecoder::feed_utf16(std::string_view bytes, std::string& out) {
  const bool little = encoding_ == TextEncoding::kUtf16Le;
  for (const char c : bytes) {
    rest_.push_back(c);
    if (rest_.size() < 2) continue;
    const uint32_t first = byte(rest_[0]), second = byte(rest_[1]);
    rest_.clear();
    take_unit(little ? second << 8 | first : first << 8 | second, out);
  }
}

/// One UTF-16 code unit (RFC 2781 section 2.2).
void TextDecoder::take_unit(uint32_t unit, std::string& out) {
  const bool start = std::exchange(at_start_, false);
  if (start && unit == kByteOrderMark) return;
  const bool low = unit >= 0xDC00 && unit <= 0xDFFF;
  if (surrogate_ != 0) {
    const uint32_t high = std::exchange(surrogate_, 0);
    if (low) return append_utf8(0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00), out);
    out.append(kReplacement);
  }
  if (unit >= 0xD800 && unit <= 0xDBFF) {
    surrogate_ = unit;
  } else if (low) {
    out.append(kReplacement);
  } else {
    append_utf8(unit, out);
  }
}

void TextDecoder::feed_windows_1252(std::string_view bytes, std::string& out) {
  while (!bytes.empty()) {
    const size_t plain = ascii_length(bytes);
    out.append(bytes.substr(0, plain));
    bytes.remove_prefix(plain);
    if (bytes.empty()) return;
    const uint8_t b = byte(bytes[0]);
    append_utf8(b < 0xA0 ? kWindows1252[b - 0x80U] : b, out);
    bytes.remove_prefix(1);
  }
}

}  // namespace carillon::store
