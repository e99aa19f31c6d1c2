// TlsFolder: certificate, key and authorities in the one folder that Sofia-SIP reads them from.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/result.h"

namespace carillon::telephony::sip {

/// Purpose: Sofia wants agent.pem (key and chain) and cafile.pem in a folder. This makes a private
/// one in the system's temporary folder. Lifetime: needed until the UserAgents are open; the
/// destructor removes it.
class TlsFolder {
 public:
  /// `authorities` empty: the system's. Files that cannot be read are an Error with their name.
  static Result<std::unique_ptr<TlsFolder>> make(const std::string& certificate,
                                                 const std::string& key,
                                                 const std::string& authorities);
  ~TlsFolder();
  TlsFolder(const TlsFolder&) = delete;
  TlsFolder& operator=(const TlsFolder&) = delete;

  std::string path() const { return path_.string(); }

 private:
  explicit TlsFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace carillon::telephony::sip
