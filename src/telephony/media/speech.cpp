#include "telephony/media/speech.h"

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/unique_fd.h"

extern char** environ;

namespace carillon::media {
namespace {

Error not_spoken() {
  return {ErrorCode::kUnavailable, "The text could not be spoken: install espeak-ng.", ""};
}

}  // namespace

Result<void> speak_to_file(const std::string& text, const std::filesystem::path& path) {
  // Without a shell, and with a text that begins with a dash after the options' end.
  std::array<std::string, 8> words{"espeak-ng",          "-v", "en-us", "-s", "150",
                                   "-w" + path.string(), "--", text};
  std::array<char*, words.size() + 1> arguments{};
  for (size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
  pid_t child = 0;
  int status = 0;
  const bool ran =
      posix_spawnp(&child, arguments[0], nullptr, nullptr, arguments.data(), environ) == 0 &&
      waitpid(child, &status, 0) == child && status == 0;
  if (!ran) return not_spoken();
  return {};
}

Result<std::string> speak(const std::string& text) {
  std::string path = (std::filesystem::temp_directory_path() / "carillon-speech-XXXXXX").string();
  const UniqueFd file(::mkstemp(path.data()));
  if (!file) return not_spoken();
  const auto spoken = speak_to_file(text, path);
  std::ifstream stream(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(stream)), {});
  ::unlink(path.c_str());
  if (!spoken) return spoken.error();
  return bytes;
}

std::string spoken_name(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::string name = "spoken-";
  for (size_t i = 0; i < 16; ++i) name += fmt::format("{:02x}", digest[i]);
  return name + ".wav";
}

}  // namespace carillon::media
