// A web server on loopback that answers as it is told.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.h"

namespace carillon::api::testing {

/// Gives one answer to each connection, in order; when they are used up, the one of always(), else
/// none: connections then wait.
class WebServer {
 public:
  /// An answer that never comes, on a connection that stays open.
  static constexpr const char* kSilence = "silence";

  explicit WebServer(std::vector<std::string> answers = {});
  ~WebServer();
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;

  void always(const std::string& answer);
  std::string url(const std::string& path = "/leads.csv") const;

  /// The n-th request (from 0), head and body; waits for it. Empty: none came.
  std::string request(size_t index);
  std::vector<std::string> requests() const;

 private:
  void serve();
  /// Nothing: the end.
  std::string next_answer();

  UniqueFd listener_;
  int port_ = 0;
  std::vector<UniqueFd> silent_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> answers_;
  std::string always_;
  std::vector<std::string> requests_;
  bool stopping_ = false;
  std::thread thread_;
};

/// "HTTP/1.1 200 OK" and the like, without a body.
std::string status_line(const std::string& status);

}  // namespace carillon::api::testing
