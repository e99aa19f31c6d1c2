// Text encodings of uploaded files: found out, then turned into UTF-8.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace carillon::store {

enum class TextEncoding { kUtf8, kUtf16Le, kUtf16Be, kWindows1252 };

/// "UTF-8", "UTF-16LE", "UTF-16BE", "windows-1252".
std::string_view to_string(TextEncoding encoding);

/// Finds the encoding of a text that is fed in pieces: a byte order mark decides; else zero bytes
/// in every second place mean UTF-16; else what is well-formed UTF-8 (RFC 3629) throughout is
/// UTF-8, and the rest Windows-1252. Feed the whole file: one late byte may be what tells. One
/// thread.
class EncodingDetector {
 public:
  void feed(std::string_view bytes);
  TextEncoding result() const;

 private:
  void check_utf8(std::string_view bytes);

  std::string head_;  ///< the first kHead bytes
  bool valid_utf8_ = true;
  int continuation_ = 0;  ///< bytes still expected of a UTF-8 sequence
  uint8_t next_low_ = 0x80, next_high_ = 0xBF;
};

/// Turns text that is fed in pieces into UTF-8; what is ill-formed becomes U+FFFD. A byte order
/// mark at the beginning is dropped. One thread.
class TextDecoder {
 public:
  explicit TextDecoder(TextEncoding encoding) : encoding_(encoding) {}

  /// Appends the decoded text to `out`.
  void feed(std::string_view bytes, std::string& out);
  /// Ends the text: an incomplete last character becomes U+FFFD.
  void finish(std::string& out);

 private:
  void feed_utf8(std::string_view bytes, std::string& out);
  void feed_utf16(std::string_view bytes, std::string& out);
  void feed_windows_1252(std::string_view bytes, std::string& out);
  void take_unit(uint32_t unit, std::string& out);

  const TextEncoding encoding_;
  bool at_start_ = true;
  std::string rest_;        ///< bytes of a character that is not complete yet
  uint32_t surrogate_ = 0;  ///< a high surrogate that waits for its low one
};

}  // namespace carillon::store
