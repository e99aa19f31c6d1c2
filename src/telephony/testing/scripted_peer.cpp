#include "telephony/testing/scripted_peer.h"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cstdlib>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>
#include <openssl/ssl.h>

namespace carillon::telephony::testing {
namespace {

std::vector<std::string> lines_of_head(const std::string& text) {
  std::vector<std::string> lines;
  size_t from = 0;
  while (from < text.size()) {
    auto end = text.find("\r\n", from);
    if (end == std::string::npos) end = text.size();
    if (end == from) break;
    lines.push_back(text.substr(from, end - from));
    from = end + 2;
  }
  return lines;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

sockaddr_in socket_address(const std::string& address, int port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, address.c_str(), &out.sin_addr);
  return out;
}

sockaddr* generic(sockaddr_in& address) { return reinterpret_cast<sockaddr*>(&address); }

std::string new_branch() {
  static std::atomic<int> next{1};
  return fmt::format("z9hG4bK-peer-{}-{}", ::getpid(), next++);
}

std::string with_body(std::string head, const std::string& sdp) {
  if (!sdp.empty()) head += "Content-Type: application/sdp\r\n";
  return head + fmt::format("Content-Length: {}\r\n\r\n{}", sdp.size(), sdp);
}

}  // namespace

std::string Message::start_line() const { return text_.substr(0, text_.find("\r\n")); }

std::string Message::method() const {
  const auto line = start_line();
  return line.starts_with("SIP/2.0") ? "" : line.substr(0, line.find(' '));
}

int Message::status() const {
  const auto line = start_line();
  return line.starts_with("SIP/2.0 ") ? std::atoi(line.c_str() + 8) : 0;
}

std::string Message::request_uri() const {
  const auto line = start_line();
  const auto from = line.find(' ') + 1;
  return line.substr(from, line.find(' ', from) - from);
}

std::vector<std::string> Message::headers(std::string_view name) const {
  std::vector<std::string> found;
  for (const auto& line : lines_of_head(text_)) {
    const auto colon = line.find(':');
    if (colon == std::string::npos || !same_name(line.substr(0, colon), name)) continue;
    auto value = line.substr(colon + 1);
    value.erase(0, value.find_first_not_of(' '));
    found.push_back(value);
  }
  return found;
}

std::string Message::header(std::string_view name) const {
  const auto all = headers(name);
  return all.empty() ? "" : all.front();
}

std::string Message::body() const {
  const auto end = text_.find("\r\n\r\n");
  return end == std::string::npos ? "" : text_.substr(end + 4);
}

int Message::cseq_number() const { return std::atoi(cseq().c_str()); }

struct ScriptedPeer::Tls {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  SSL* session = nullptr;
  Tls() = default;
  ~Tls() {
    SSL_free(session);
    SSL_CTX_free(context);
  }
  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;
};

ScriptedPeer::ScriptedPeer(Wire wire, const std::string& address) : wire_(wire), address_(address) {
  const int type = wire == Wire::kUdp ? SOCK_DGRAM : SOCK_STREAM;
  socket_ = UniqueFd(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
  auto where = socket_address(address, 0);
  socklen_t size = sizeof where;
  if (::bind(socket_.get(), generic(where), size) != 0) std::abort();
  if (wire != Wire::kUdp && ::listen(socket_.get(), 8) != 0) std::abort();
  ::getsockname(socket_.get(), generic(where), &size);
  port_ = ntohs(where.sin_port);
}

ScriptedPeer::~ScriptedPeer() = default;

void ScriptedPeer::use_certificate(const std::string& certificate, const std::string& key) {
  tls_ = std::make_unique<Tls>();
  if (SSL_CTX_use_certificate_file(tls_->context, certificate.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_use_PrivateKey_file(tls_->context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
    std::abort();
  }
}

void ScriptedPeer::close() {
  socket_.reset();
  drop_connection();
}

void ScriptedPeer::drop_connection() {
  if (tls_) {
    SSL_free(tls_->session);
    tls_->session = nullptr;
  }
  connection_.reset();
  buffer_.clear();
}

// At least one byte, or 0 and less when the connection is gone.
long ScriptedPeer::read_some(char* chunk, size_t size) {
  if (!tls_) return ::recv(connection_.get(), chunk, size, 0);
  return SSL_read(tls_->session, chunk, static_cast<int>(size));
}

bool ScriptedPeer::aim_at(int port, const std::string& address) {
  peer_ = socket_address(address, port);
  if (wire_ == Wire::kUdp) return true;
  connection_ = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  auto from = socket_address(address_, 0);
  ::bind(connection_.get(), generic(from), sizeof from);
  if (::connect(connection_.get(), generic(peer_), sizeof peer_) == 0) return true;
  pollfd writable{connection_.get(), POLLOUT, 0};
  if (::poll(&writable, 1, 1500) != 1) return false;  // a dropped SYN never completes
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(connection_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error == 0;
}

bool ScriptedPeer::wait_readable(int fd, std::chrono::milliseconds patience) const {
  pollfd readable{fd, POLLIN, 0};
  return ::poll(&readable, 1, static_cast<int>(std::max(patience, 0ms).count())) == 1;
}

bool ScriptedPeer::accept_connection(std::chrono::milliseconds patience) {
  if (!wait_readable(socket_.get(), patience)) return false;
  connection_ = UniqueFd(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!tls_ || !connection_) return static_cast<bool>(connection_);
  tls_->session = SSL_new(tls_->context);
  SSL_set_fd(tls_->session, connection_.get());
  if (SSL_accept(tls_->session) == 1) return true;
  drop_connection();  // they did not like our certificate
  return false;
}

// TCP: a message ends where its Content-Length says (RFC 3261 section 18.3).
std::optional<Message> ScriptedPeer::take_buffered() {
  while (buffer_.starts_with("\r\n")) buffer_.erase(0, 2);
  const auto end = buffer_.find("\r\n\r\n");
  if (end == std::string::npos) return std::nullopt;
  const auto length = std::atoi(Message(buffer_).header("Content-Length").c_str());
  const auto total = end + 4 + static_cast<size_t>(length);
  if (buffer_.size() < total) return std::nullopt;
  Message message(buffer_.substr(0, total));
  buffer_.erase(0, total);
  return message;
}

std::optional<Message> ScriptedPeer::receive(std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  auto left = [until] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(until -
                                                                 std::chrono::steady_clock::now());
  };
  char chunk[65536];
  if (wire_ == Wire::kUdp) {
    if (!wait_readable(socket_.get(), left())) return std::nullopt;
    socklen_t size = sizeof peer_;
    const auto n = ::recvfrom(socket_.get(), chunk, sizeof chunk, 0, generic(peer_), &size);
    return n > 0 ? std::optional(Message(std::string(chunk, static_cast<size_t>(n))))
                 : std::nullopt;
  }
  while (true) {
    if (auto message = take_buffered()) return message;
    if (!connection_ && !accept_connection(left())) return std::nullopt;
    const bool pending = tls_ && SSL_pending(tls_->session) > 0;
    if (!pending && !wait_readable(connection_.get(), left())) return std::nullopt;
    const auto n = read_some(chunk, sizeof chunk);
    if (n <= 0) {
      drop_connection();  // the other side closed: it may connect again
      continue;
    }
    buffer_.append(chunk, static_cast<size_t>(n));
  }
}

std::optional<Message> ScriptedPeer::expect(const std::string& method,
                                            std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    auto message = receive(std::max(left, 0ms));
    if (!message) return std::nullopt;
    if (message->method().empty()) continue;
    const bool is_new = seen_.insert(message->method() + message->header("Via")).second;
    if (is_new && message->method() == method) return message;
  }
}

std::optional<Message> ScriptedPeer::expect_response(const std::string& cseq, int at_least,
                                                     std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    auto message = receive(std::max(left, 0ms));
    if (!message) return std::nullopt;
    if (message->status() >= at_least && message->cseq() == cseq) return message;
  }
}

void ScriptedPeer::send(const std::string& text) {
  if (wire_ == Wire::kUdp) {
    ::sendto(socket_.get(), text.data(), text.size(), 0, generic(peer_), sizeof peer_);
  } else if (tls_) {
    if (tls_->session) SSL_write(tls_->session, text.data(), static_cast<int>(text.size()));
  } else {
    ::send(connection_.get(), text.data(), text.size(), MSG_NOSIGNAL);
  }
}

const char* ScriptedPeer::transport_parameter() const {
  switch (wire_) {
    case Wire::kUdp: return "";
    case Wire::kTcp: return ";transport=tcp";
    case Wire::kTls: return ";transport=tls";
  }
  return "";
}

void ScriptedPeer::reply(const Message& request, int status, const Reply& with) {
  auto text = fmt::format("SIP/2.0 {} Scripted\r\n", status);
  for (const auto& via : request.headers("Via")) text += "Via: " + via + "\r\n";
  text += "From: " + request.header("From") + "\r\n";
  const auto to = request.header("To");
  const bool tagged = to.find(";tag=") != std::string::npos;
  text += "To: " + to + (tagged || with.to_tag.empty() ? "" : ";tag=" + with.to_tag) + "\r\n";
  text += "Call-ID: " + request.header("Call-ID") + "\r\n";
  text += "CSeq: " + request.cseq() + "\r\n";
  text += fmt::format("Contact: <sip:peer@{}:{}{}>\r\n", address_, port_, transport_parameter());
  for (const auto& line : with.headers) text += line + "\r\n";
  send(with_body(std::move(text), with.sdp));
}

std::string ScriptedPeer::request_text(const Message& invite, const Request& what) const {
  const auto contact = invite.header("Contact");
  const auto open = contact.find('<');
  const auto uri = contact.substr(open + 1, contact.find('>') - open - 1);
  auto text = fmt::format("{} {} SIP/2.0\r\n", what.method, uri);
  text += fmt::format("Via: SIP/2.0/{} {}:{};branch={};rport\r\n",
                      wire_ == Wire::kUdp   ? "UDP"
                      : wire_ == Wire::kTcp ? "TCP"
                                            : "TLS",
                      address_, port_, what.branch.empty() ? new_branch() : what.branch);
  text += "From: " + invite.header("To") + ";tag=" + what.to_tag + "\r\n";
  text += "To: " + invite.header("From") + "\r\n";
  text += "Call-ID: " + invite.header("Call-ID") + "\r\n";
  text += fmt::format("CSeq: {} {}\r\nMax-Forwards: 70\r\n", what.cseq, what.method);
  text += fmt::format("Contact: <sip:peer@{}:{}>\r\n", address_, port_);
  for (const auto& line : what.headers) text += line + "\r\n";
  return with_body(std::move(text), what.sdp);
}

std::string ScriptedPeer::sdp(const std::string& direction, int rtp_port, int version) const {
  return fmt::format(
      "v=0\r\no=peer 77 {} IN IP4 {}\r\ns=-\r\nc=IN IP4 {}\r\nt=0 0\r\nm=audio {} RTP/AVP 0 101\r\n"
      "a=rtpmap:101 telephone-event/8000\r\na={}\r\n",
      version, address_, address_, rtp_port, direction);
}

}  // namespace carillon::telephony::testing
