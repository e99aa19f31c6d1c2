// Certificate: HTTPS without asking anybody, until the owner gives a real certificate.
#pragma once

#include <filesystem>

#include "base/clock.h"
#include "base/result.h"

namespace carillon::server {

struct CertificateFiles {
  std::filesystem::path certificate, key;  ///< PEM
};

/// The self-made certificate in `folder` (EC P-256; names: localhost, this host and its addresses).
/// Made when missing, unreadable, or valid for less than 30 more days at `now`; the key's mode is
/// 0600.
Result<CertificateFiles> self_made_certificate(const std::filesystem::path& folder, WallTime now);

/// Checks files that the owner gave: readable, and made for each other.
Result<CertificateFiles> given_certificate(CertificateFiles files);

}  // namespace carillon::server
