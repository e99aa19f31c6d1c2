// Configuration: what the owner of the machine decides, from a TOML file, flags and environment.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace carillon::server {

struct Configuration {
  std::filesystem::path data = "carillon-data";
  std::string database;  ///< empty: SQLite in the data folder
  std::string node = "main";
  std::string log_level = "info";
  std::string setup_code;  ///< empty: a new one is made when it is needed
  bool demo = false;

  std::string http_address = "0.0.0.0";
  int https_port = 8443;
  int http_port = -1;
  std::filesystem::path certificate, key;
  std::vector<std::string> trusted_proxies;
  std::vector<std::string> allowed_origins;
  std::filesystem::path web;
  bool private_upload_urls = false;
  bool private_webhook_urls = false;

  std::string telephony_address = "0.0.0.0";
  std::string public_address;
  int trunk_port = 5060;
  int trunk_tls_port = 5061;
  bool phones = true;
  int phone_port = 5070;
  int phone_tls_port = 5071;
  std::vector<std::string> phone_networks{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
                                          "127.0.0.0/8"};
  std::string realm = "carillon";
  std::filesystem::path tls_authorities;
  int rtp_port_min = 20'000;
  int rtp_port_max = 39'999;
  int agent_port = 40'000;
  int media_loops = 0;
  int media_timeout_s = 30;

  int sandbox_port = 5080;  ///< of the demo's carrier
};

/// One setting: its name in the file ("http.https_port"), its flag, and where it goes.
struct Setting {
  using Target =
      std::variant<std::string*, std::filesystem::path*, int*, bool*, std::vector<std::string>*>;
  std::string_view key;
  std::string_view flag;
  std::string_view help;
  Target target;
  int lowest = 0, highest = 0;  ///< of an int
};

/// Every setting of `configuration`. One table for the file, the flags and the help.
std::vector<Setting> settings_of(Configuration& configuration);

/// Reads a TOML file over what `configuration` holds. An unknown key, a wrong type or a number out
/// of range is an Error that names the file, the line and the key.
Result<void> read_file(Configuration& configuration, const std::filesystem::path& file);

/// Secrets from the environment: CARILLON_DATABASE, CARILLON_SETUP_CODE.
void read_environment(Configuration& configuration);

/// Checks what belongs together: ports that must differ, a key for a certificate.
Result<void> check(const Configuration& configuration);

/// postgresql://user:password@host/name -> postgresql://user:***@host/name
std::string without_password(const std::string& url);

/// The settings as lines `key = value`; a password in the database's URL is shown as ***.
std::string describe(const Configuration& configuration);

}  // namespace carillon::server
