// Requests and responses as the handlers see them: plain values, no sockets.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/task.h"
#include "base/result.h"

namespace carillon::store {
class Upload;
}

namespace carillon::api {

class WebSocketHandler;

enum class Method { kGet, kHead, kPost, kPatch, kDelete, kOther };

struct Request {
  Method method = Method::kGet;
  std::string target;                          ///< as it came
  std::vector<std::string> segments;           ///< of the path, decoded
  std::map<std::string, std::string> query;    ///< decoded; the last of a name counts
  std::map<std::string, std::string> headers;  ///< names in lower case; the last of a name counts
  std::string body;
  std::shared_ptr<store::Upload> upload;  ///< routes that take files: where the body went
  std::string address;  ///< of the client, behind a trusted proxy the forwarded one
  bool through_proxy = false;
  bool secure = false;  ///< the client speaks HTTPS, with us or with a trusted proxy

  /// Empty when absent.
  std::string_view header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string_view{} : std::string_view{found->second};
  }
};

/// A part of a file, sent without being read into memory as a whole.
struct FileBody {
  std::filesystem::path path;
  uint64_t offset = 0;
  uint64_t length = 0;
};

/// The next piece of a body of unknown length; empty: the end. An error breaks the connection off,
/// so that the client notices.
using NextPiece = std::function<Task<Result<std::string>>()>;

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::optional<FileBody> file;
  NextPiece stream;
  /// Set: the request becomes this WebSocket, status and body do not count.
  std::shared_ptr<WebSocketHandler> websocket;
};

/// Splits and decodes a request target (RFC 3986). False: malformed, or with control characters.
bool parse_target(std::string_view target, Request& request);

/// The value of a cookie (RFC 6265), empty when absent.
std::string cookie(const Request& request, std::string_view name);

}  // namespace carillon::api
