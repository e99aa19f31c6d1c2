// DTLS 1.2 for SRTP keys (RFC 5764) on OpenSSL, over memory BIOs: no socket in here.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <openssl/types.h>

#include "base/result.h"
#include "telephony/media/bytes.h"
#include "telephony/media/srtp.h"

namespace carillon::media {

/// The key, certificate and settings that all DTLS sessions of a process share. The certificate is
/// self-signed and made at start: trust comes from the fingerprint in the SDP (RFC 8122).
/// Thread-safe after creation; outlives its sessions.
class DtlsContext {
 public:
  static Result<std::unique_ptr<DtlsContext>> create();
  ~DtlsContext();
  DtlsContext(const DtlsContext&) = delete;
  DtlsContext& operator=(const DtlsContext&) = delete;

  /// SHA-256 of the certificate, "AB:CD:...".
  const std::string& fingerprint() const { return fingerprint_; }
  SSL_CTX* native() const { return context_; }

 private:
  DtlsContext() = default;
  SSL_CTX* context_ = nullptr;
  std::string fingerprint_;
};

struct SrtpKeys {
  SrtpProfile profile = SrtpProfile::kAeadAes128Gcm;
  SrtpMaster sending;
  SrtpMaster receiving;
};

/// One DTLS association. Belongs to one media loop.
///
///   state      | event                          | next
///   handshake  | handshake done, right peer     | open (keys can be taken once)
///   handshake  | fatal alert, wrong fingerprint | failed
///   open       | close_notify                   | closed
///   any        | stray or forged datagram       | unchanged
class DtlsSession {
 public:
  enum class State { kHandshake, kOpen, kClosed, kFailed };
  enum class Role { kServer, kClient };
  using Send = std::function<void(Bytes datagram)>;

  /// `peer_fingerprint`: as in the peer's SDP. `send` gets whole datagrams of at most 1200 bytes.
  DtlsSession(const DtlsContext& context, Role role, std::string peer_fingerprint, Send send);
  ~DtlsSession();
  DtlsSession(const DtlsSession&) = delete;
  DtlsSession& operator=(const DtlsSession&) = delete;

  /// A client's first flight.
  void start();
  void received(Bytes datagram);
  /// Retransmits when due; to be called every 100 ms or so while in kHandshake.
  void tick();
  /// Sends close_notify.
  void close();

  State state() const { return state_; }
  const std::string& failure() const { return failure_; }
  std::optional<SrtpKeys> take_keys();

 private:
  void advance();
  void read_application_data();
  void handshake_done();
  bool export_keys();
  void flush();
  void fail(std::string reason);

  const Role role_;
  const std::string peer_fingerprint_;
  Send send_;
  SSL* ssl_ = nullptr;  ///< owns both BIOs
  BIO* incoming_ = nullptr;
  BIO* outgoing_ = nullptr;
  State state_ = State::kHandshake;
  std::string failure_;
  std::optional<SrtpKeys> keys_;
};

}  // namespace carillon::media
