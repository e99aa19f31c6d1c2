// WAV files that a killed program left behind.
#pragma once

#include <filesystem>

#include "base/clock.h"
#include "base/result.h"

namespace carillon::store {

/// How long the audio of an uncompressed WAV file lasts, whose last part is its audio. A header
/// that names another size than the file has, since its writer was killed, is put right.
/// kInvalid: the file is no such WAV file or holds no audio; kStorage: it cannot be read or
/// written.
Result<Duration> mend_wave(const std::filesystem::path& file);

}  // namespace carillon::store
