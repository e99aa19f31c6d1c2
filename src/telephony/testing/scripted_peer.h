// ScriptedPeer: a carrier or a phone that says exactly what a test tells it to say, in plain SIP
// text over a real socket. No SIP stack: what it sends may be late, doubled, crossed or wrong.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <netinet/in.h>

#include "base/unique_fd.h"

namespace carillon::telephony::testing {

using namespace std::chrono_literals;

/// Long enough for a slow shared machine: a test that waits this long has failed.
constexpr auto kPatience = std::chrono::milliseconds(15'000);

/// One SIP message as text.
class Message {
 public:
  Message() = default;
  explicit Message(std::string text) : text_(std::move(text)) {}

  const std::string& text() const { return text_; }
  std::string start_line() const;
  /// First word of a request, empty for a response.
  std::string method() const;
  /// 0 for a request.
  int status() const;
  std::string request_uri() const;
  /// The first header of that name (full form), empty when there is none.
  std::string header(std::string_view name) const;
  std::vector<std::string> headers(std::string_view name) const;
  std::string body() const;
  /// Number and method of CSeq, "2 INVITE".
  std::string cseq() const { return header("CSeq"); }
  int cseq_number() const;

 private:
  std::string text_;
};

enum class Wire { kUdp, kTcp, kTls };

/// Owner: the test's thread. Every function that waits gives up after `patience`.
class ScriptedPeer {
 public:
  explicit ScriptedPeer(Wire wire = Wire::kUdp, const std::string& address = "127.0.0.1");
  ~ScriptedPeer();
  ScriptedPeer(const ScriptedPeer&) = delete;
  ScriptedPeer& operator=(const ScriptedPeer&) = delete;

  /// For kTls: what the peer shows, before anybody connects. PEM files.
  void use_certificate(const std::string& certificate, const std::string& key);

  int port() const { return port_; }
  const std::string& address() const { return address_; }
  /// From now on nobody listens here.
  void close();
  /// Where requests of this peer go (UDP), or connects to it (TCP).
  bool aim_at(int port, const std::string& address = "127.0.0.1");

  /// The next message, retransmissions included.
  std::optional<Message> receive(std::chrono::milliseconds patience = kPatience);
  /// The next request of that method; retransmissions of what was seen and others are passed over.
  std::optional<Message> expect(const std::string& method,
                                std::chrono::milliseconds patience = kPatience);
  /// The next response to a request of ours with that CSeq ("1 BYE"), at least 200 by default.
  std::optional<Message> expect_response(const std::string& cseq, int at_least = 200,
                                         std::chrono::milliseconds patience = kPatience);

  void send(const std::string& text);

  struct Reply {
    std::string to_tag = "peer";         ///< empty: none
    std::vector<std::string> headers{};  ///< whole lines without line end
    std::string sdp{};
  };
  void reply(const Message& request, int status, const Reply& with);
  void reply(const Message& request, int status) { reply(request, status, Reply{}); }

  /// A request within the dialog that `invite` opened, from its called side.
  struct Request {
    std::string method;
    int cseq = 1;
    std::string to_tag = "peer";
    std::vector<std::string> headers{};
    std::string sdp{};
    std::string branch{};  ///< empty: a new one
  };
  std::string request_text(const Message& invite, const Request& request) const;
  void request(const Message& invite, const Request& what) { send(request_text(invite, what)); }

  /// SDP of this peer, with a port on which nobody listens unless given.
  std::string sdp(const std::string& direction = "sendrecv", int rtp_port = 9,
                  int version = 1) const;

 private:
  bool wait_readable(int fd, std::chrono::milliseconds patience) const;
  long read_some(char* chunk, size_t size);
  void drop_connection();
  bool accept_connection(std::chrono::milliseconds patience);
  std::optional<Message> take_buffered();
  const char* transport_parameter() const;

  Wire wire_;
  std::string address_;
  int port_ = 0;
  UniqueFd socket_;      ///< UDP, or the TCP listener
  UniqueFd connection_;  ///< TCP and TLS
  struct Tls;
  std::unique_ptr<Tls> tls_;
  sockaddr_in peer_{};
  std::string buffer_;
  std::set<std::string> seen_;
};

}  // namespace carillon::telephony::testing
