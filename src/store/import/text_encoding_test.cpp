#include "store/import/text_encoding.h"

#include <gtest/gtest.h>

namespace carillon::store {
namespace {

using namespace std::string_literals;

/// Decodes in pieces of every size, which must not make a difference.
std::string decode(TextEncoding encoding, std::string_view bytes) {
  std::string whole;
  for (size_t piece = 1; piece <= bytes.size() + 1; ++piece) {
    TextDecoder decoder(encoding);
    std::string out;
    for (size_t i = 0; i < bytes.size(); i += piece) decoder.feed(bytes.substr(i, piece), out);
    decoder.finish(out);
    if (piece == 1) whole = out;
    EXPECT_EQ(out, whole) << "in pieces of " << piece;
  }
  return whole;
}

TextEncoding detect(std::string_view bytes) {
  EncodingDetector detector;
  for (size_t i = 0; i < bytes.size(); i += 3) detector.feed(bytes.substr(i, 3));
  return detector.result();
}

std::string utf16(std::u16string_view text, bool little) {
  std::string out;
  for (const char16_t c : text) {
    const char high = static_cast<char>(c >> 8), low = static_cast<char>(c & 0xFF);
    out += little ? std::string{low, high} : std::string{high, low};
  }
  return out;
}

TEST(TextEncoding, Utf8WithAndWithoutMark) {
  EXPECT_EQ(detect("name\nJürgen Größe €\n"), TextEncoding::kUtf8);
  EXPECT_EQ(decode(TextEncoding::kUtf8, "\xEF\xBB\xBFJürgen €𝄞"), "Jürgen €𝄞");
  EXPECT_EQ(decode(TextEncoding::kUtf8, "Jürgen"), "Jürgen");
  EXPECT_EQ(decode(TextEncoding::kUtf8, "\xEF\xBB"), "\uFFFD");
}

TEST(TextEncoding, IllFormedUtf8BecomesTheReplacementCharacter) {
  EXPECT_EQ(decode(TextEncoding::kUtf8, "a\xFFz"), "a\uFFFDz");
  EXPECT_EQ(decode(TextEncoding::kUtf8, "a\xC3"), "a\uFFFD");
  EXPECT_EQ(decode(TextEncoding::kUtf8, "\xC0\xAF"), "\uFFFD\uFFFD") << "overlong";
  EXPECT_EQ(decode(TextEncoding::kUtf8, "\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD") << "surrogate";
}

TEST(TextEncoding, Utf16WithMarkAndWithout) {
  const std::u16string text = u"phone;name\n+49301234;Jürgen 𝄞\n";
  for (const bool little : {true, false}) {
    const auto encoding = little ? TextEncoding::kUtf16Le : TextEncoding::kUtf16Be;
    EXPECT_EQ(detect(utf16(u"\uFEFF" + text, little)), encoding);
    EXPECT_EQ(detect(utf16(text, little)), encoding);
    EXPECT_EQ(decode(encoding, utf16(u"\uFEFF" + text, little)),
              "phone;name\n+49301234;Jürgen 𝄞\n");
  }
  EXPECT_EQ(decode(TextEncoding::kUtf16Le, "\x00\xD8"s), "\uFFFD") << "half a pair at the end";
  EXPECT_EQ(decode(TextEncoding::kUtf16Le,
                   "\x00\xD8"
                   "A\x00"s),
            "\uFFFD"
            "A");
  EXPECT_EQ(decode(TextEncoding::kUtf16Le, "\x00\xDC"s), "\uFFFD") << "second half alone";
  EXPECT_EQ(decode(TextEncoding::kUtf16Le, "A\x00z"s), "A\uFFFD") << "odd number of bytes";
}

TEST(TextEncoding, Windows1252IsWhatIsNotUtf8) {
  EXPECT_EQ(detect("name\nJ\xFCrgen\n"), TextEncoding::kWindows1252);
  EXPECT_EQ(detect("name\nJ\xC3"), TextEncoding::kWindows1252) << "cut in a sequence";
  EXPECT_EQ(decode(TextEncoding::kWindows1252, "J\xFCrgen \x80 \x93x\x94 \x81"),
            "Jürgen € “x” \uFFFD");
}

TEST(TextEncoding, OneLateByteTells) {
  std::string late(1'000'000, 'a');
  late += '\xFC';
  EncodingDetector detector;
  detector.feed(late);
  EXPECT_EQ(detector.result(), TextEncoding::kWindows1252);
}

}  // namespace
}  // namespace carillon::store
