// Text to speech. espeak-ng is run as a program: it is GPL, and Carillon is not.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace carillon::media {

/// Speaks `text` (UTF-8, English) into the WAV file `path`; blocks for some tens of milliseconds a
/// sentence. kUnavailable: espeak-ng is not installed or failed.
Result<void> speak_to_file(const std::string& text, const std::filesystem::path& path);

/// The same as the bytes of a WAV file.
Result<std::string> speak(const std::string& text);

/// The file below a prompts folder that holds `text` once it was spoken: the same for the same
/// text.
std::string spoken_name(const std::string& text);

}  // namespace carillon::media
