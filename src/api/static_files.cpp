#include "api/static_files.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <sys/stat.h>

namespace carillon::api {
namespace {

struct Type {
  std::string_view extension, mime;
};
constexpr std::array kTypes{Type{".html", "text/html; charset=utf-8"},
                            Type{".js", "text/javascript; charset=utf-8"},
                            Type{".mjs", "text/javascript; charset=utf-8"},
                            Type{".css", "text/css; charset=utf-8"},
                            Type{".json", "application/json"},
                            Type{".webmanifest", "application/manifest+json"},
                            Type{".map", "application/json"},
                            Type{".svg", "image/svg+xml"},
                            Type{".png", "image/png"},
                            Type{".jpg", "image/jpeg"},
                            Type{".webp", "image/webp"},
                            Type{".ico", "image/x-icon"},
                            Type{".woff2", "font/woff2"},
                            Type{".woff", "font/woff"},
                            Type{".wav", "audio/wav"},
                            Type{".mp3", "audio/mpeg"},
                            Type{".ogg", "audio/ogg"},
                            Type{".wasm", "application/wasm"},
                            Type{".txt", "text/plain; charset=utf-8"}};

constexpr std::string_view kMissingPage = R"(<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Carillon</title>
<h1>Carillon is running</h1>
<p>Its web pages have not been built yet. Run <code>make web</code> in the source folder, or name the
folder of the built pages with <code>--web-root</code>, then reload this page.</p>
<p>The interface for programs works already: <code>/api/v1</code>, <code>/healthz</code>,
<code>/metrics</code>.</p>
</html>
)";

std::string_view mime_of(const std::filesystem::path& path) {
  const auto extension = path.extension().string();
  for (const auto& type : kTypes) {
    if (type.extension == extension) return type.mime;
  }
  return "application/octet-stream";
}

/// The file of a path, when it is a regular file inside the root.
std::optional<std::filesystem::path> file_inside(const std::filesystem::path& root,
                                                 const std::vector<std::string>& segments) {
  auto path = root;
  for (const auto& segment : segments) {
    if (segment.empty()) continue;
    if (segment[0] == '.' || segment.find('/') != std::string::npos) return std::nullopt;
    path /= segment;
  }
  // A link inside the folder must not lead out of it.
  std::error_code error;
  const auto real = std::filesystem::canonical(path, error);
  if (error) return std::nullopt;
  const auto [end, unused] = std::mismatch(root.begin(), root.end(), real.begin(), real.end());
  if (end != root.end() || !std::filesystem::is_regular_file(real, error)) return std::nullopt;
  return real;
}

bool accepts(const Request& request, std::string_view coding) {
  auto rest = request.header("accept-encoding");
  while (!rest.empty()) {
    const auto end = rest.find(',');
    auto item = rest.substr(0, end);
    item.remove_prefix(std::min(item.find_first_not_of(' '), item.size()));
    const auto name = item.substr(0, item.find_first_of("; "));
    if (name == coding && item.find("q=0") == std::string_view::npos) return true;
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return false;
}

struct Served {
  std::filesystem::path path;
  std::string_view coding;  ///< empty: as it is
};

Served compressed(const Request& request, const std::filesystem::path& path) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kCodings{
      std::pair{"br", ".br"}, std::pair{"gzip", ".gz"}};
  for (const auto& [coding, extension] : kCodings) {
    auto neighbour = path;
    neighbour += extension;
    std::error_code error;
    if (accepts(request, coding) && std::filesystem::is_regular_file(neighbour, error)) {
      return {neighbour, coding};
    }
  }
  return {path, {}};
}

Response page_missing() {
  Response response;
  response.status = 503;
  response.headers.emplace_back("Content-Type", "text/html; charset=utf-8");
  response.headers.emplace_back("Cache-Control", "no-store");
  response.body = kMissingPage;
  return response;
}

Response file_response(const Request& request, const std::filesystem::path& path, bool hashed) {
  const auto served = compressed(request, path);
  struct stat status{};
  if (::stat(served.path.c_str(), &status) != 0) return page_missing();
  const auto etag = fmt::format("\"{:x}-{:x}-{:x}\"", status.st_size, status.st_mtim.tv_sec,
                                status.st_mtim.tv_nsec);
  Response response;
  response.headers.emplace_back("ETag", etag);
  response.headers.emplace_back("Cache-Control",
                                hashed ? "public, max-age=31536000, immutable" : "no-cache");
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (request.header("if-none-match") == etag) {
    response.status = 304;
    return response;
  }
  response.headers.emplace_back("Content-Type", mime_of(path));
  if (!served.coding.empty()) response.headers.emplace_back("Content-Encoding", served.coding);
  response.file = FileBody{served.path, 0, static_cast<uint64_t>(status.st_size)};
  return response;
}

}  // namespace

Response static_file(const std::filesystem::path& web_root, const Request& request) {
  std::error_code error;
  const auto root = std::filesystem::canonical(web_root, error);
  if (web_root.empty() || error) return page_missing();
  if (const auto file = file_inside(root, request.segments)) {
    return file_response(request, *file, request.segments[0] == "assets");
  }
  // A name with an extension is a file that is not there; the rest are pages of the router.
  const auto& last = request.segments.back();
  if (last.find('.') != std::string::npos) {
    Response response;
    response.status = 404;
    response.headers.emplace_back("Content-Type", "text/plain; charset=utf-8");
    response.body = "There is no such file.\n";
    return response;
  }
  const auto index = file_inside(root, {"index.html"});
  return index ? file_response(request, *index, false) : page_missing();
}

}  // namespace carillon::api
