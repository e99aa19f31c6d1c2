#include "api/testing/raw_client.h"

#include <algorithm>
#include <array>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace carillon::api::testing {
namespace {

constexpr int kPatienceMs = 30'000;

bool readable(int fd, int timeout_ms) {
  pollfd wait{fd, POLLIN, 0};
  return ::poll(&wait, 1, timeout_ms) > 0;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

RawClient::RawClient(int port, int receive_buffer)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_buffer > 0) {
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto* plain = static_cast<const sockaddr*>(static_cast<const void*>(&address));
  if (::connect(fd_.get(), plain, sizeof address) != 0) fd_.reset();
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool RawClient::fill() {
  if (!readable(fd_.get(), kPatienceMs)) return false;
  std::array<char, 65536> piece{};
  const auto count = ::recv(fd_.get(), piece.data(), piece.size(), 0);
  if (count <= 0) return false;
  buffer_.append(piece.data(), static_cast<size_t>(count));
  return true;
}

std::string RawClient::take_line() {
  size_t end = 0;
  while ((end = buffer_.find("\r\n")) == std::string::npos) {
    if (!fill()) return {};
  }
  auto line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return line;
}

std::string RawClient::take(size_t count) {
  while (buffer_.size() < count && fill()) {
  }
  auto bytes = buffer_.substr(0, count);
  buffer_.erase(0, bytes.size());
  return bytes;
}

std::string RawClient::read_some(size_t count) { return take(count); }

bool RawClient::closed_within(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (std::chrono::steady_clock::now() < deadline) {
    if (!readable(fd_.get(), 50)) continue;
    std::array<char, 4096> piece{};
    if (::recv(fd_.get(), piece.data(), piece.size(), 0) <= 0) return true;
  }
  return false;
}

Answer RawClient::read_answer(bool head_only) {
  Answer answer;
  const auto status = take_line();
  if (status.size() < 12) return answer;
  answer.status = std::stoi(status.substr(9, 3));
  for (auto line = take_line(); !line.empty(); line = take_line()) {
    const auto colon = line.find(": ");
    if (colon != std::string::npos) {
      answer.headers[lower(line.substr(0, colon))] = line.substr(colon + 2);
    }
  }
  if (head_only || answer.status == 204 || answer.status == 304 || answer.status < 200) {
    return answer;
  }
  if (const auto length = answer.header("content-length"); !length.empty()) {
    answer.body = take(std::stoul(length));
  } else if (answer.header("transfer-encoding") == "chunked") {
    while (true) {
      const auto size = std::stoul("0" + take_line(), nullptr, 16);
      answer.body += take(size);
      take_line();
      if (size == 0) break;
    }
  } else {
    while (fill()) {
    }
    answer.body = std::exchange(buffer_, {});
  }
  return answer;
}

Answer ask(int port, std::string_view method, std::string_view target, std::string_view headers,
           std::string_view body) {
  RawClient client(port);
  auto head = fmt::format("{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n{}", method,
                          target, port, headers);
  if (!body.empty()) head += fmt::format("Content-Length: {}\r\n", body.size());
  if (!client.send(head + "\r\n" + std::string(body))) {
    // Refused before the body was read: the answer may be there all the same.
  }
  return client.read_answer(method == "HEAD");
}

WebSocketClient::WebSocketClient(int port, const std::string& target, const std::string& headers,
                                 int receive_buffer)
    : client_(port, receive_buffer) {
  client_.send(fmt::format(
      "GET {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{}\r\n",
      target, port, headers));
  answer_ = client_.read_answer();
}

void WebSocketClient::send(std::string_view text) { send_frame(1, text); }

void WebSocketClient::send_frame(int opcode, std::string_view payload) {
  std::string frame(1, static_cast<char>(0x80 | opcode));
  if (payload.size() < 126) {
    frame.push_back(static_cast<char>(0x80 | payload.size()));
  } else {
    frame.push_back(static_cast<char>(0x80 | 126));
    frame.push_back(static_cast<char>(payload.size() >> 8));
    frame.push_back(static_cast<char>(payload.size() & 0xff));
  }
  frame.append(4, '\0');  // a mask of zeros
  frame.append(payload);
  client_.send(frame);
}

std::optional<std::string> WebSocketClient::read(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  std::string message;
  while (std::chrono::steady_clock::now() < deadline) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (client_.pending() == 0 && !readable(client_.fd(), static_cast<int>(left.count()))) {
      return std::nullopt;
    }
    const auto head = client_.read_some(2);
    if (head.size() < 2) return std::nullopt;
    const int first = static_cast<unsigned char>(head[0]);
    size_t size = static_cast<unsigned char>(head[1]) & 0x7f;
    const size_t extended = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (extended) {
      size = 0;
      for (const unsigned char c : client_.read_some(extended)) size = size * 256 + c;
    }
    const auto payload = client_.read_some(size);
    if (payload.size() < size) return std::nullopt;
    const int opcode = first & 0x0f;
    if (opcode == 9) {
      send_frame(10, payload);
    } else if (opcode == 8) {
      if (payload.size() >= 2) {
        close_code_ =
            static_cast<unsigned char>(payload[0]) * 256 + static_cast<unsigned char>(payload[1]);
      }
      return std::nullopt;
    } else if (opcode < 8) {
      message += payload;
      if (first & 0x80) return message;
    }
  }
  return std::nullopt;
}

}  // namespace carillon::api::testing
