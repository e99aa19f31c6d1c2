// The demo: a contact centre to try out, with a carrier, people to call and people to sign in.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace carillon::server {

struct SignIn {
  std::string username;
  std::string password;
  std::string what_for;
};

/// What the demo printed or prints: accounts are made once and their passwords kept in a file that
/// only its owner may read.
struct Demo {
  std::vector<SignIn> sign_ins;        ///< empty when they were made by an earlier start
  std::filesystem::path sign_in_file;  ///< mode 0600
};

/// Makes accounts and the sample data in an empty database; else only sets the
/// sandbox trunk's port to `sandbox_port`.
Result<Demo> prepare_demo(store::Store& store, const std::filesystem::path& data_folder,
                          int sandbox_port);

}  // namespace carillon::server
