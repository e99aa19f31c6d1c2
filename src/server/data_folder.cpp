#include "server/data_folder.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <fmt/format.h>

namespace carillon::server {
namespace {

constexpr uint64_t kNeededBytes = 64ULL << 20;

Error storage(std::string message) { return {ErrorCode::kStorage, std::move(message), "data"}; }

Result<void> make_folder(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) {
    std::error_code failure;
    if (std::filesystem::is_directory(path, failure)) return {};
    return storage(
        fmt::format("{} is a file, but must be a folder. Move it away or choose another "
                    "data folder with --data.",
                    path.string()));
  }
  const int reason = errno;
  if (reason == ENOENT) {
    return storage(
        fmt::format("The folder {} does not exist, so {} cannot be made in it. Make it, "
                    "or choose another data folder with --data.",
                    path.parent_path().string(), path.filename().string()));
  }
  return storage(
      fmt::format("The folder {} cannot be made: {}. Choose another data folder with "
                  "--data, or correct the rights.",
                  path.string(), std::strerror(reason)));
}

Result<void> check_space(const std::filesystem::path& path) {
  struct statvfs space{};
  if (::statvfs(path.c_str(), &space) != 0) return {};
  const uint64_t free_bytes = static_cast<uint64_t>(space.f_bavail) * space.f_frsize;
  if (free_bytes >= kNeededBytes) return {};
  return storage(
      fmt::format("The disk that holds {} has only {} MB left; Carillon needs {} MB to "
                  "start. Free some space.",
                  path.string(), free_bytes >> 20, kNeededBytes >> 20));
}

}  // namespace

Result<DataFolder> DataFolder::open(const std::filesystem::path& path) {
  DataFolder folder;
  std::error_code failure;
  folder.top = std::filesystem::absolute(path, failure);
  if (folder.top.filename().empty()) folder.top = folder.top.parent_path();
  folder.recordings = folder.top / "recordings";
  folder.prompts = folder.top / "prompts";
  folder.uploads = folder.top / "uploads";
  folder.tls = folder.top / "tls";
  folder.database = folder.top / "carillon.db";
  if (auto made = make_folder(folder.top); !made) return made.error();
  if (auto enough = check_space(folder.top); !enough) return enough.error();

  folder.lock.reset(
      ::open((folder.top / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!folder.lock) {
    return storage(
        fmt::format("The folder {} cannot be written: {}. Choose another data folder "
                    "with --data, or correct the rights.",
                    folder.top.string(), std::strerror(errno)));
  }
  if (::flock(folder.lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return Error{ErrorCode::kConflict,
                 fmt::format("Another Carillon already uses the data folder {}. End it, or choose "
                             "another folder with --data.",
                             folder.top.string()),
                 "data"};
  }
  for (const auto& inner : {folder.recordings, folder.prompts, folder.uploads, folder.tls}) {
    if (auto made = make_folder(inner); !made) return made.error();
  }
  return folder;
}

}  // namespace carillon::server
