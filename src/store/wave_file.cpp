#include "store/wave_file.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <fstream>

#include <fmt/format.h>

namespace carillon::store {
namespace {

constexpr int64_t kRiffHeader = 12;  // "RIFF", size, "WAVE"
constexpr int64_t kChunkHeader = 8;  // name, size
constexpr int64_t kMostAudio = UINT32_MAX - 1024;

/// What of the header matters here.
struct Layout {
  int64_t bytes_a_second = 0;
  int64_t bytes_a_frame = 0;
  int64_t audio_at = 0;     ///< offset of the first sample
  int64_t audio_named = 0;  ///< its bytes as the header has them
};

uint32_t little_endian(const char* bytes, int count) {
  uint32_t value = 0;
  for (int i = count - 1; i >= 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

void write_size(std::fstream& file, int64_t at, int64_t size) {
  std::array<char, 4> bytes{};
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(size >> (8 * i) & 0xff);
  file.seekp(at);
  file.write(bytes.data(), bytes.size());
}

/// False when the file is not of that form.
bool read_layout(std::fstream& file, Layout& layout) {
  std::array<char, 16> bytes{};
  file.read(bytes.data(), kRiffHeader);
  if (!file || std::memcmp(bytes.data(), "RIFF", 4) != 0 ||
      std::memcmp(bytes.data() + 8, "WAVE", 4) != 0) {
    return false;
  }
  for (int64_t at = kRiffHeader;;) {
    file.seekg(at);
    file.read(bytes.data(), kChunkHeader);
    if (!file) return false;
    const int64_t size = little_endian(bytes.data() + 4, 4);
    if (std::memcmp(bytes.data(), "data", 4) == 0) {
      layout.audio_at = at + kChunkHeader;
      layout.audio_named = size;
      return layout.bytes_a_frame > 0 && layout.bytes_a_second > 0;
    }
    if (std::memcmp(bytes.data(), "fmt ", 4) == 0) {
      file.read(bytes.data(), bytes.size());
      if (!file) return false;
      layout.bytes_a_second = little_endian(bytes.data() + 8, 4);
      layout.bytes_a_frame = little_endian(bytes.data() + 12, 2);
    }
    at += kChunkHeader + size + size % 2;
  }
}

}  // namespace

Result<Duration> mend_wave(const std::filesystem::path& path) {
  std::error_code unknown;
  const auto bytes = std::filesystem::file_size(path, unknown);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  if (unknown || !file) {
    return Error{ErrorCode::kStorage, fmt::format("{} cannot be read and written.", path.string()),
                 ""};
  }
  Layout layout;
  const bool known = read_layout(file, layout);
  const int64_t there = known ? static_cast<int64_t>(bytes) - layout.audio_at : 0;
  const int64_t audio = known ? there - there % layout.bytes_a_frame : 0;
  if (audio <= 0 || audio > kMostAudio) {
    return Error{ErrorCode::kInvalid, fmt::format("{} holds no audio.", path.string()), ""};
  }
  if (layout.audio_named != audio) {
    file.clear();
    write_size(file, layout.audio_at - 4, audio);
    write_size(file, 4, layout.audio_at + audio - kChunkHeader);
    file.close();
    if (!file) {
      return Error{ErrorCode::kStorage, fmt::format("{} cannot be written.", path.string()), ""};
    }
  }
  return Duration{audio * 1000 / layout.bytes_a_second};
}

}  // namespace carillon::store
