// A certificate of one's own, for TLS tests.
#pragma once

#include <filesystem>
#include <string>

namespace carillon::telephony::testing {

/// Writes `<name>.crt` and `<name>.key` (PEM) into `folder`: self-signed, version 1
/// with the name `host` and no extensions, on which Sofia-SIP loses memory (see guards.h).
void make_certificate(const std::filesystem::path& folder, const std::string& name,
                      const std::string& host);

}  // namespace carillon::telephony::testing
