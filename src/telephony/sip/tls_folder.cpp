#include "telephony/sip/tls_folder.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>

namespace carillon::telephony::sip {
namespace {

constexpr const char* kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";

Result<std::string> read_pem(const std::string& file, const char* setting) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  if (!in || content.str().find("-----BEGIN") == std::string::npos) {
    return Error{ErrorCode::kInvalid,
                 fmt::format("The file '{}' of {} cannot be read as PEM. Give the path of a PEM "
                             "file that this user may read.",
                             file, setting),
                 setting};
  }
  return content.str();
}

/// Whether the first certificate of `chain` is for `key`. Sofia would start and then fail each
/// connection.
bool belong_together(const std::string& chain, const std::string& key) {
  struct Free {
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(EVP_PKEY* pkey) const { EVP_PKEY_free(pkey); }
  };
  const std::unique_ptr<BIO, Free> chain_text(
      BIO_new_mem_buf(chain.data(), static_cast<int>(chain.size())));
  const std::unique_ptr<BIO, Free> key_text(
      BIO_new_mem_buf(key.data(), static_cast<int>(key.size())));
  const std::unique_ptr<X509, Free> certificate(
      PEM_read_bio_X509(chain_text.get(), nullptr, nullptr, nullptr));
  const std::unique_ptr<EVP_PKEY, Free> secret(
      PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  const bool good =
      certificate && secret && X509_check_private_key(certificate.get(), secret.get()) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace

Result<std::unique_ptr<TlsFolder>> TlsFolder::make(const std::string& certificate,
                                                   const std::string& key,
                                                   const std::string& authorities) {
  auto chain = read_pem(certificate, "http.certificate");
  if (!chain) return chain.error();
  auto secret = read_pem(key, "http.key");
  if (!secret) return secret.error();
  if (!belong_together(chain.value(), secret.value())) {
    return Error{ErrorCode::kInvalid,
                 fmt::format("The key '{}' of http.key is not that of the certificate '{}' of "
                             "http.certificate: give the two files that belong together.",
                             key, certificate),
                 "http.key"};
  }
  auto trusted = read_pem(authorities.empty() ? kSystemAuthorities : authorities,
                          authorities.empty() ? "the system's certificates (install the package "
                                                "ca-certificates)"
                                              : "telephony.tls_authorities");
  if (!trusted) return trusted.error();

  auto pattern = (std::filesystem::temp_directory_path() / "carillon-tls-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {  // created for this user only
    return Error{ErrorCode::kUnavailable,
                 fmt::format("No folder could be made in {}: free some room there.",
                             std::filesystem::temp_directory_path().string()),
                 ""};
  }
  std::unique_ptr<TlsFolder> folder(new TlsFolder(pattern));
  std::ofstream(folder->path_ / "agent.pem") << secret.value() << "\n" << chain.value();
  ::chmod((folder->path_ / "agent.pem").c_str(), S_IRUSR | S_IWUSR);
  std::ofstream(folder->path_ / "cafile.pem") << trusted.value();
  return folder;
}

TlsFolder::~TlsFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace carillon::telephony::sip
