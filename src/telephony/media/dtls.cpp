#include "telephony/media/dtls.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/srtp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "base/assert.h"

namespace carillon::media {
namespace {

constexpr int kMtu = 1200;
constexpr const char* kProfiles = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80";
constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384";
constexpr std::string_view kExporterLabel = "EXTRACTOR-dtls_srtp";  // RFC 5764, 4.2
constexpr size_t kRecordHeaderSize = 13;                            // RFC 6347, 4.1
constexpr unsigned kFirstRetransmitUs = 100'000;  // OpenSSL's own second is long for a caller
constexpr unsigned kLastRetransmitUs = 3'000'000;

struct KeyDeleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Key = std::unique_ptr<EVP_PKEY, KeyDeleter>;
struct CertificateDeleter {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using Certificate = std::unique_ptr<X509, CertificateDeleter>;

std::string last_openssl_error() {
  std::array<char, 200> text{};
  ERR_error_string_n(ERR_peek_last_error(), text.data(), text.size());
  return text.data();
}

std::string fingerprint_of(const X509* certificate) {
  std::array<uint8_t, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  X509_digest(certificate, EVP_sha256(), hash.data(), &size);
  return fmt::format("{:02X}", fmt::join(hash.begin(), hash.begin() + size, ":"));
}

/// Self-signed, valid from yesterday (clocks differ) for ten years: a process does not live longer.
Certificate make_certificate(EVP_PKEY* key) {
  Certificate certificate(X509_new());
  uint64_t serial = 0;
  RAND_bytes(reinterpret_cast<uint8_t*>(&serial), sizeof serial);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -24 * 3600L);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3650 * 24 * 3600L);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  constexpr std::string_view kName = "carillon";
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const uint8_t*>(kName.data()),
                             static_cast<int>(kName.size()), -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509_set_pubkey(certificate.get(), key);
  if (X509_sign(certificate.get(), key, EVP_sha256()) == 0) return nullptr;
  return certificate;
}

/// Any certificate passes here: handshake_done() compares its fingerprint with the SDP's.
int accept_any_certificate(int, X509_STORE_CTX*) { return 1; }

unsigned next_retransmit(SSL*, unsigned previous_us) {
  if (previous_us == 0) return kFirstRetransmitUs;
  return std::min(previous_us * 2, kLastRetransmitUs);
}

}  // namespace

Result<std::unique_ptr<DtlsContext>> DtlsContext::create() {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate = key ? make_certificate(key.get()) : nullptr;
  std::unique_ptr<DtlsContext> self(new DtlsContext);
  self->context_ = SSL_CTX_new(DTLS_method());
  SSL_CTX* context = self->context_;
  // SSL_CTX_set_tlsext_use_srtp() says 0 on success.
  const bool ready = certificate && context != nullptr &&
                     SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) == 1 &&
                     SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION) == 1 &&
                     SSL_CTX_use_certificate(context, certificate.get()) == 1 &&
                     SSL_CTX_use_PrivateKey(context, key.get()) == 1 &&
                     SSL_CTX_set_cipher_list(context, kCiphers) == 1 &&
                     SSL_CTX_set_tlsext_use_srtp(context, kProfiles) == 0;
  if (!ready) {
    return Error{ErrorCode::kInternal,
                 "OpenSSL refused to set up DTLS for browser audio: " + last_openssl_error(), ""};
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                     accept_any_certificate);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  self->fingerprint_ = fingerprint_of(certificate.get());
  return self;
}

DtlsContext::~DtlsContext() { SSL_CTX_free(context_); }

DtlsSession::DtlsSession(const DtlsContext& context, Role role, std::string peer_fingerprint,
                         Send send)
    : role_(role),
      peer_fingerprint_(std::move(peer_fingerprint)),
      send_(std::move(send)),
      ssl_(SSL_new(context.native())),
      incoming_(BIO_new(BIO_s_mem())),
      outgoing_(BIO_new(BIO_s_mem())) {
  CARILLON_ASSERT(ssl_ != nullptr && incoming_ != nullptr && outgoing_ != nullptr, "out of memory");
  BIO_set_mem_eof_return(incoming_, -1);
  BIO_set_mem_eof_return(outgoing_, -1);
  SSL_set_bio(ssl_, incoming_, outgoing_);
  SSL_set_mtu(ssl_, kMtu);
  DTLS_set_timer_cb(ssl_, next_retransmit);
  if (role_ == Role::kServer) {
    SSL_set_accept_state(ssl_);
  } else {
    SSL_set_connect_state(ssl_);
  }
}

DtlsSession::~DtlsSession() { SSL_free(ssl_); }

void DtlsSession::start() { advance(); }

void DtlsSession::received(Bytes datagram) {
  if (state_ == State::kFailed || state_ == State::kClosed) return;
  // One datagram at a time: the tail of a damaged one must not run into the next.
  BIO_reset(incoming_);
  BIO_write(incoming_, datagram.data(), static_cast<int>(datagram.size()));
  if (state_ == State::kHandshake) {
    advance();
  } else {
    read_application_data();
  }
}

void DtlsSession::advance() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_);
  const int error = result == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl_, result);
  flush();
  if (result == 1) {
    handshake_done();
  } else if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
    fail("The DTLS handshake with the browser failed: " + last_openssl_error() + ".");
  }
}

void DtlsSession::read_application_data() {
  ERR_clear_error();
  std::array<uint8_t, 2048> ignored;
  const int result = SSL_read(ssl_, ignored.data(), ignored.size());
  if (result <= 0 && SSL_get_error(ssl_, result) == SSL_ERROR_ZERO_RETURN) state_ = State::kClosed;
  flush();
}

void DtlsSession::handshake_done() {
  const Certificate peer(SSL_get1_peer_certificate(ssl_));
  if (!peer || fingerprint_of(peer.get()) != peer_fingerprint_) {
    close();
    fail("The browser's certificate is not the one of its offer.");
    return;
  }
  if (!export_keys()) {
    close();
    fail("The browser offered no SRTP profile that Carillon speaks.");
    return;
  }
  state_ = State::kOpen;
}

/// RFC 5764, 4.2: client key, server key, client salt, server salt.
bool DtlsSession::export_keys() {
  const SRTP_PROTECTION_PROFILE* profile = SSL_get_selected_srtp_profile(ssl_);
  if (profile == nullptr) return false;
  const bool gcm = profile->id == SRTP_AEAD_AES_128_GCM;
  const size_t salt_size = gcm ? 12 : 14;
  std::array<uint8_t, 2 * (16 + 14)> material{};
  if (SSL_export_keying_material(ssl_, material.data(), 2 * (16 + salt_size), kExporterLabel.data(),
                                 kExporterLabel.size(), nullptr, 0, 0) != 1) {
    return false;
  }
  SrtpMaster client;
  SrtpMaster server;
  const uint8_t* at = material.data();
  std::copy_n(at, 16, client.key.begin());
  std::copy_n(at + 16, 16, server.key.begin());
  std::copy_n(at + 32, salt_size, client.salt.begin());
  std::copy_n(at + 32 + salt_size, salt_size, server.salt.begin());
  OPENSSL_cleanse(material.data(), material.size());
  const bool is_server = role_ == Role::kServer;
  keys_ = SrtpKeys{gcm ? SrtpProfile::kAeadAes128Gcm : SrtpProfile::kAes128CmHmac80,
                   is_server ? server : client, is_server ? client : server};
  return true;
}

std::optional<SrtpKeys> DtlsSession::take_keys() { return std::exchange(keys_, std::nullopt); }

void DtlsSession::tick() {
  if (state_ != State::kHandshake) return;
  timeval left{};
  if (DTLSv1_get_timeout(ssl_, &left) == 1 && left.tv_sec == 0 && left.tv_usec == 0) {
    DTLSv1_handle_timeout(ssl_);
    flush();
  }
}

void DtlsSession::close() {
  if (SSL_is_init_finished(ssl_) == 1) SSL_shutdown(ssl_);
  flush();
}

void DtlsSession::fail(std::string reason) {
  state_ = State::kFailed;
  failure_ = std::move(reason);
}

/// OpenSSL writes one stream of records: cut it at record borders, pack up to the MTU.
void DtlsSession::flush() {
  char* data = nullptr;
  const auto size = static_cast<size_t>(BIO_get_mem_data(outgoing_, &data));
  const auto* bytes = reinterpret_cast<const uint8_t*>(data);
  size_t begin = 0;
  size_t at = 0;
  while (at + kRecordHeaderSize <= size) {
    const size_t record = kRecordHeaderSize + read_u16(bytes + at + 11);
    if (at + record - begin > kMtu && at > begin) {
      send_({bytes + begin, at - begin});
      begin = at;
    }
    at += record;
  }
  if (at > begin && at <= size) send_({bytes + begin, at - begin});
  if (size > 0) BIO_reset(outgoing_);
}

}  // namespace carillon::media
