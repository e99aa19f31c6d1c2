// A plain HTTP and WebSocket client for tests, on a socket: it can also say what no client should.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "api/json.h"
#include "base/unique_fd.h"

namespace carillon::api::testing {

struct Answer {
  int status = 0;                              ///< 0: the connection ended without an answer
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;

  Json json() const { return Json::parse(body, nullptr, false); }
  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

/// One connection to 127.0.0.1.
class RawClient {
 public:
  /// `receive_buffer`: bytes that the kernel keeps for us at most; 0: as it likes.
  explicit RawClient(int port, int receive_buffer = 0);

  bool send(std::string_view bytes);
  /// The next response; bodies by Content-Length, chunked, or up to the end.
  Answer read_answer(bool head_only = false);
  /// Up to `count` bytes, less at the end of the connection or after thirty seconds.
  std::string read_some(size_t count);
  /// True when the server closes within `limit`.
  bool closed_within(std::chrono::milliseconds limit);
  int fd() const { return fd_.get(); }
  /// Bytes that were received but not taken yet.
  size_t pending() const { return buffer_.size(); }

 private:
  bool fill();
  std::string take_line();
  std::string take(size_t count);

  UniqueFd fd_;
  std::string buffer_;
};

/// One request on a connection of its own. `headers`: lines with \r\n.
Answer ask(int port, std::string_view method, std::string_view target,
           std::string_view headers = {}, std::string_view body = {});

/// A WebSocket client (RFC 6455): text frames only.
class WebSocketClient {
 public:
  /// `headers`: lines with \r\n, cookie and origin.
  WebSocketClient(int port, const std::string& target, const std::string& headers,
                  int receive_buffer = 0);

  /// 101 when it was opened.
  int status() const { return answer_.status; }
  const Answer& answer() const { return answer_; }
  void send(std::string_view text);
  /// The next text message; nothing when none comes within `limit` or the connection ends. Pings
  /// are answered.
  std::optional<std::string> read(std::chrono::milliseconds limit = std::chrono::seconds(30));
  /// The code of the close frame that ended read(); 0: none.
  int close_code() const { return close_code_; }
  RawClient& raw() { return client_; }

 private:
  void send_frame(int opcode, std::string_view payload);

  RawClient client_;
  Answer answer_;
  int close_code_ = 0;
};

}  // namespace carillon::api::testing
