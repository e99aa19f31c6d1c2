#include "server/certificate.h"

#include <cstdio>
#include <memory>
#include <set>
#include <string>

#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "base/log.h"

namespace carillon::server {
namespace {

constexpr auto kRenewBefore = std::chrono::days(30);
constexpr auto kValidFor = std::chrono::days(397);  // what browsers take at most

template <auto Free>
struct Release {
  template <class T>
  void operator()(T* thing) const {
    Free(thing);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;
using File = std::unique_ptr<FILE, Release<std::fclose>>;

Error failed(std::string_view what) {
  return {ErrorCode::kInternal, fmt::format("The self-made certificate failed: {}.", what), ""};
}

Certificate read_certificate(const std::filesystem::path& path) {
  const File file(std::fopen(path.c_str(), "re"));
  return Certificate(file ? PEM_read_X509(file.get(), nullptr, nullptr, nullptr) : nullptr);
}

Key read_key(const std::filesystem::path& path) {
  const File file(std::fopen(path.c_str(), "re"));
  return Key(file ? PEM_read_PrivateKey(file.get(), nullptr, nullptr, nullptr) : nullptr);
}

bool still_good(const CertificateFiles& files, WallTime now) {
  const auto certificate = read_certificate(files.certificate);
  const auto key = read_key(files.key);
  if (!certificate || !key || X509_check_private_key(certificate.get(), key.get()) != 1) {
    return false;
  }
  auto limit = static_cast<time_t>(to_unix_ms(now + kRenewBefore) / 1'000);
  return X509_cmp_time(X509_get0_notAfter(certificate.get()), &limit) > 0;
}

/// "DNS:localhost,DNS:box,IP:127.0.0.1,IP:192.0.2.7": how this machine may be called.
std::string names_of_this_machine(std::string& host) {
  char name[256] = "localhost";
  ::gethostname(name, sizeof name - 1);
  host = name;
  std::set<std::string> names{"DNS:localhost", "DNS:" + host, "IP:127.0.0.1", "IP:::1"};
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) == 0) {
    for (const auto* at = list; at != nullptr; at = at->ifa_next) {
      if (at->ifa_addr == nullptr || at->ifa_addr->sa_family != AF_INET) continue;
      char text[INET_ADDRSTRLEN] = "";
      const auto* address = reinterpret_cast<const sockaddr_in*>(at->ifa_addr);
      ::inet_ntop(AF_INET, &address->sin_addr, text, sizeof text);
      names.insert(fmt::format("IP:{}", text));
    }
    ::freeifaddrs(list);
  }
  return fmt::format("{}", fmt::join(names, ","));
}

bool add_extension(X509* certificate, int kind, const std::string& value) {
  const std::unique_ptr<X509_EXTENSION, Release<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

Certificate make_certificate(EVP_PKEY* key, WallTime now) {
  Certificate certificate(X509_new());
  std::string host;
  const auto names = names_of_this_machine(host);
  uint64_t serial = 0;
  if (!certificate || RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1) {
    return nullptr;
  }
  X509* x = certificate.get();
  const auto unix_s = [](WallTime t) { return static_cast<time_t>(to_unix_ms(t) / 1'000); };
  X509_set_version(x, X509_VERSION_3);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), serial >> 1);
  ASN1_TIME_set(X509_getm_notBefore(x), unix_s(now - 24h));
  ASN1_TIME_set(X509_getm_notAfter(x), unix_s(now + kValidFor));
  X509_set_pubkey(x, key);
  X509_NAME* subject = X509_get_subject_name(x);
  X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>("Carillon, self-made"), -1, -1,
                             0);
  // A common name holds 64 characters at most (RFC 5280, ub-common-name); the names are in the SAN.
  const auto common = host.substr(0, 64);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common.c_str()), -1, -1, 0);
  X509_set_issuer_name(x, subject);
  const bool complete = add_extension(x, NID_basic_constraints, "critical,CA:FALSE") &&
                        add_extension(x, NID_ext_key_usage, "serverAuth,clientAuth") &&
                        add_extension(x, NID_subject_alt_name, names);
  if (!complete || X509_sign(x, key, EVP_sha256()) == 0) return nullptr;
  return certificate;
}

/// Writes with the final mode from the first byte on, and renames, so that no half file is read.
template <class Write>
Result<void> write_file(const std::filesystem::path& path, mode_t mode, Write write) {
  const auto unfinished = path.string() + ".new";
  ::unlink(unfinished.c_str());
  const int fd = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  File file(fd >= 0 ? ::fdopen(fd, "w") : nullptr);
  if (!file || !write(file.get()) || std::fflush(file.get()) != 0 ||
      ::rename(unfinished.c_str(), path.c_str()) != 0) {
    return Error{ErrorCode::kStorage,
                 fmt::format("{} cannot be written: {}. Free some space, or choose another folder.",
                             path.string(), std::strerror(errno)),
                 ""};
  }
  return {};
}

}  // namespace

Result<CertificateFiles> self_made_certificate(const std::filesystem::path& folder, WallTime now) {
  CertificateFiles files{folder / "certificate.pem", folder / "key.pem"};
  if (still_good(files, now)) return files;
  const Key key(EVP_EC_gen("P-256"));
  if (!key) return failed("no key could be made");
  const auto certificate = make_certificate(key.get(), now);
  if (!certificate) return failed("it could not be signed");
  auto written = write_file(files.key, 0600, [&](FILE* file) {
    return PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1;
  });
  if (!written) return written.error();
  written = write_file(files.certificate, 0644,
                       [&](FILE* file) { return PEM_write_X509(file, certificate.get()) == 1; });
  if (!written) return written.error();
  spdlog::info("A self-made certificate was written to {}", files.certificate.string());
  return files;
}

Result<CertificateFiles> given_certificate(CertificateFiles files) {
  const auto invalid = [](const std::filesystem::path& path, std::string_view what) {
    return Error{ErrorCode::kInvalid, fmt::format("{} {}", path.string(), what), "certificate"};
  };
  const auto certificate = read_certificate(files.certificate);
  if (!certificate) return invalid(files.certificate, "is no certificate in PEM that can be read.");
  const auto key = read_key(files.key);
  if (!key) return invalid(files.key, "is no private key in PEM that can be read.");
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return invalid(files.key,
                   "is not the key of the certificate. Give the one that belongs to it.");
  }
  return files;
}

}  // namespace carillon::server
