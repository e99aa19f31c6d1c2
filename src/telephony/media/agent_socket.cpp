#include "telephony/media/agent_socket.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace carillon::media {
namespace {

constexpr int kSocketBuffer = 4 << 20;  ///< a fifth of a second of 500 browsers, and more

Error bind_error(const std::string& address, uint16_t port) {
  return {ErrorCode::kConflict,
          fmt::format("UDP port {} on {} for browser audio cannot be opened: {}. End the program "
                      "that holds it or choose another port.",
                      port, address, std::strerror(errno)),
          "agent_port_first"};
}

}  // namespace

Result<std::unique_ptr<AgentSocket>> AgentSocket::open(const std::string& address, uint16_t port) {
  const auto bind_to = SocketAddress::parse(address, port);
  if (!bind_to) {
    return Error{ErrorCode::kInvalid, "The address for audio must be a numeric IPv4 address.",
                 "bind_address"};
  }
  UniqueFd fd(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_in local = bind_to->to_sockaddr();
  socklen_t size = sizeof local;
  if (!fd || bind(fd.get(), reinterpret_cast<sockaddr*>(&local), sizeof local) != 0 ||
      getsockname(fd.get(), reinterpret_cast<sockaddr*>(&local), &size) != 0) {
    return bind_error(address, port);
  }
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &kSocketBuffer, sizeof kSocketBuffer);
  setsockopt(fd.get(), SOL_SOCKET, SO_SNDBUF, &kSocketBuffer, sizeof kSocketBuffer);
  return std::unique_ptr<AgentSocket>(
      new AgentSocket(std::move(fd), SocketAddress::from(local).port));
}

AgentSocket::AgentSocket(UniqueFd fd, uint16_t port) : fd_(std::move(fd)), port_(port) {
  for (Batch* batch : {&in_, &out_}) {
    for (size_t i = 0; i < kBatch; ++i) {
      batch->vectors[i] = {batch->buffers[i].data(), kMaxDatagram};
      batch->messages[i] = {};
      batch->messages[i].msg_hdr.msg_name = &batch->addresses[i];
      batch->messages[i].msg_hdr.msg_namelen = sizeof(sockaddr_in);
      batch->messages[i].msg_hdr.msg_iov = &batch->vectors[i];
      batch->messages[i].msg_hdr.msg_iovlen = 1;
    }
  }
}

size_t AgentSocket::receive() {
  const int count = recvmmsg(fd_.get(), in_.messages.data(), kBatch, MSG_DONTWAIT, nullptr);
  return count > 0 ? static_cast<size_t>(count) : 0;
}

AgentSocket::Datagram AgentSocket::received(size_t i) {
  return {in_.buffers[i].data(), in_.messages[i].msg_len, SocketAddress::from(in_.addresses[i])};
}

void AgentSocket::queue(const SocketAddress& to, size_t size) {
  out_.addresses[queued_] = to.to_sockaddr();
  out_.vectors[queued_].iov_len = size;
  if (++queued_ == kBatch) flush();
}

void AgentSocket::flush() {
  size_t sent = 0;
  while (sent < queued_) {
    const int count = sendmmsg(fd_.get(), &out_.messages[sent],
                               static_cast<unsigned>(queued_ - sent), MSG_DONTWAIT);
    if (count > 0) {
      sent += static_cast<size_t>(count);
    } else {
      ++sent;  // this one is refused (no route, full buffer): leave it out
      ++send_failures_;
    }
  }
  queued_ = 0;
}

void AgentSocket::send_now(const SocketAddress& to, Bytes datagram) {
  const sockaddr_in address = to.to_sockaddr();
  if (sendto(fd_.get(), datagram.data(), datagram.size(), MSG_DONTWAIT,
             reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0) {
    ++send_failures_;
  }
}

}  // namespace carillon::media
