#include "store/import/uploads.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include <fmt/format.h>
#include <sodium.h>
#include <nlohmann/json.hpp>

namespace carillon::store {
namespace {

namespace fs = std::filesystem;

constexpr size_t kIdDigits = 32;
constexpr size_t kPiece = 256 * 1024;

bool is_id(std::string_view text) {
  return text.size() == kIdDigits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Error gone() {
  return Error{ErrorCode::kNotFound, "This upload is not there any more. Upload the file again.",
               "upload_id"};
}

Error storage(std::string_view what, const fs::path& path, int code) {
  return Error{ErrorCode::kStorage,
               fmt::format("{} {} failed: {}. Free some space or correct the folder's rights.",
                           what, path.string(), std::strerror(code)),
               ""};
}

}  // namespace

Result<void> Uploads::prepare() const {
  std::error_code failure;
  fs::create_directories(folder_, failure);
  if (!failure) fs::permissions(folder_, fs::perms::owner_all, failure);
  if (failure) return storage("Making the folder", folder_, failure.value());
  return {};
}

std::string Uploads::new_id() {
  unsigned char bytes[kIdDigits / 2];
  randombytes_buf(bytes, sizeof bytes);
  std::string id;
  for (const unsigned char b : bytes) id += fmt::format("{:02x}", b);
  return id;
}

Result<UploadFacts> Uploads::facts(const std::string& id) const {
  if (!is_id(id)) return gone();
  std::error_code failure;
  if (!fs::is_regular_file(path(id), failure)) return gone();
  std::ifstream in(folder_ / (id + ".json"));
  const auto json = nlohmann::json::parse(in, nullptr, false);
  if (!json.is_object()) return gone();
  UploadFacts facts;
  facts.name = json.value("name", "");
  facts.bytes = json.value("bytes", int64_t{0});
  const std::string delimiter = json.value("delimiter", ",");
  if (!delimiter.empty()) facts.delimiter = delimiter[0];
  const std::string encoding = json.value("encoding", "");
  for (const auto e : {TextEncoding::kUtf8, TextEncoding::kUtf16Le, TextEncoding::kUtf16Be,
                       TextEncoding::kWindows1252}) {
    if (encoding == to_string(e)) facts.encoding = e;
  }
  return facts;
}

Result<void> Uploads::save_facts(const std::string& id, const UploadFacts& facts) const {
  const nlohmann::json json{{"name", facts.name},
                            {"bytes", facts.bytes},
                            {"delimiter", std::string(1, facts.delimiter)},
                            {"encoding", std::string(to_string(facts.encoding))}};
  const fs::path file = folder_ / (id + ".json");
  std::ofstream out(file);
  out << json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  out.close();
  if (!out) return storage("Writing", file, errno);
  return {};
}

void Uploads::remove(const std::string& id) const {
  if (!is_id(id)) return;
  std::error_code ignored;
  fs::remove(path(id), ignored);
  fs::remove(folder_ / (id + ".json"), ignored);
}

void Uploads::remove_older_than(std::chrono::seconds age,
                                const std::vector<std::string>& in_use) const {
  std::error_code failure;
  const auto limit = fs::file_time_type::clock::now() - age;
  for (const auto& entry : fs::directory_iterator(folder_, failure)) {
    const std::string id = entry.path().stem().string();
    const auto written = entry.last_write_time(failure);
    if (failure || written > limit || std::ranges::find(in_use, id) != in_use.end()) continue;
    if (is_id(id)) fs::remove(entry.path(), failure);
  }
}

Result<void> read_csv_file(const fs::path& path, const UploadFacts& facts, const CsvLimits& limits,
                           CsvReader::OnRow on_row, const std::function<void(int64_t)>& progress) {
  UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return errno == ENOENT ? gone() : storage("Reading", path, errno);
  TextDecoder decoder(facts.encoding);
  CsvReader reader(facts.delimiter, limits, std::move(on_row));
  std::string piece(kPiece, '\0'), text;
  int64_t done = 0;
  while (!reader.stopped()) {
    const ssize_t n = ::read(file.get(), piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return storage("Reading", path, errno);
    if (n == 0) break;
    text.clear();
    decoder.feed(std::string_view(piece).substr(0, static_cast<size_t>(n)), text);
    done += n;
    progress(done);
    reader.feed(text);
  }
  text.clear();
  decoder.finish(text);
  reader.feed(text);
  reader.finish();
  return {};
}

}  // namespace carillon::store
