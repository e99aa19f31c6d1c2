#include "api/testing/web_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace carillon::api::testing {
namespace {

constexpr auto kPatience = std::chrono::seconds(60);

size_t length_of_body(const std::string& head) {
  const std::string name = "Content-Length: ";
  const auto at = head.find(name);
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + name.size()));
}

std::string read_request(int client) {
  std::string request;
  char piece[4096];
  const auto complete = [&] {
    const auto head = request.find("\r\n\r\n");
    return head != std::string::npos && request.size() >= head + 4 + length_of_body(request);
  };
  while (!complete()) {
    const auto n = ::read(client, piece, sizeof piece);
    if (n <= 0) break;
    request.append(piece, static_cast<size_t>(n));
  }
  return request;
}

void send_all(int client, const std::string& answer) {
  size_t sent = 0;
  while (sent < answer.size()) {
    const auto n = ::send(client, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return;
    sent += static_cast<size_t>(n);
  }
}

}  // namespace

WebServer::WebServer(std::vector<std::string> answers)
    : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      answers_(answers.begin(), answers.end()) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const plain = static_cast<sockaddr*>(static_cast<void*>(&address));
  EXPECT_EQ(::bind(listener_.get(), plain, size), 0);
  EXPECT_EQ(::listen(listener_.get(), 8), 0);
  EXPECT_EQ(::getsockname(listener_.get(), plain, &size), 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

WebServer::~WebServer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  ::shutdown(listener_.get(), SHUT_RDWR);
  thread_.join();
}

void WebServer::always(const std::string& answer) {
  {
    std::lock_guard lock(mutex_);
    always_ = answer;
  }
  changed_.notify_all();
}

std::string WebServer::url(const std::string& path) const {
  return fmt::format("http://127.0.0.1:{}{}", port_, path);
}

std::string WebServer::request(size_t index) {
  std::unique_lock lock(mutex_);
  const bool came = changed_.wait_for(lock, kPatience, [&] { return requests_.size() > index; });
  EXPECT_TRUE(came) << "only " << requests_.size() << " requests came";
  return came ? requests_[index] : "";
}

std::vector<std::string> WebServer::requests() const {
  std::lock_guard lock(mutex_);
  return requests_;
}

std::string WebServer::next_answer() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return stopping_ || !answers_.empty() || !always_.empty(); });
  if (answers_.empty()) return always_;
  auto answer = std::move(answers_.front());
  answers_.pop_front();
  return answer;
}

void WebServer::serve() {
  while (true) {
    const auto answer = next_answer();
    UniqueFd client(::accept(listener_.get(), nullptr, nullptr));
    if (!client) return;
    auto request = read_request(client.get());
    {
      std::lock_guard lock(mutex_);
      requests_.push_back(std::move(request));
    }
    changed_.notify_all();
    if (answer == kSilence) {
      silent_.push_back(std::move(client));
    } else {
      send_all(client.get(), answer);
    }
  }
}

std::string status_line(const std::string& status) {
  return fmt::format("HTTP/1.1 {}\r\nContent-Length: 0\r\n\r\n", status);
}

}  // namespace carillon::api::testing
