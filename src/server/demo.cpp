#include "server/demo.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "api/secrets.h"
#include "base/unique_fd.h"
#include "server/secrets.h"
#include "server/store_calls.h"
#include "store/import/sample_data.h"

namespace carillon::server {
namespace {

struct Account {
  const char* username;
  const char* name;
  Role role;
  const char* what_for;
};
constexpr Account kAccounts[] = {
    {"admin", "Alex Admin", Role::kAdministrator, "everything, also trunks and people"},
    {"supervisor", "Sam Supervisor", Role::kSupervisor, "dashboard, campaigns, leads"},
};

Result<void> write_sign_ins(const std::filesystem::path& path, const std::vector<SignIn>& all) {
  std::string text;
  for (const auto& one : all) {
    text += fmt::format("{:<12} {:<20} {}\n", one.username, one.password, one.what_for);
  }
  ::unlink(path.c_str());
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  const auto size = static_cast<ssize_t>(text.size());
  if (!file || ::write(file.get(), text.data(), text.size()) != size || ::fsync(file.get()) != 0) {
    return Error{ErrorCode::kStorage,
                 fmt::format("{} cannot be written: {}.", path.string(), std::strerror(errno)), ""};
  }
  return {};
}

Result<std::string> hashed(const std::string& password) {
  auto hash = api::hash_password(password);
  if (hash.empty()) {
    return Error{ErrorCode::kUnavailable, "There is not enough memory to hash a password.", ""};
  }
  return hash;
}

/// Everything in one change, and the file before its commit: no account's password is ever unknown.
Result<void> fill(store::Writer& writer, const std::filesystem::path& sign_in_file,
                  int sandbox_port, std::vector<SignIn>& sign_ins) {
  for (const auto& account : kAccounts) {
    sign_ins.push_back({account.username, make_code(4), account.what_for});
    const auto hash = hashed(sign_ins.back().password);
    if (!hash) return hash.error();
    User user;
    user.username = account.username;
    user.name = account.name;
    user.role = account.role;
    if (const auto added = writer.add_user(user, *hash); !added) return added.error();
  }
  store::SampleOptions options;
  options.sandbox_port = sandbox_port;
  options.hash_password = hashed;
  const auto sample = store::add_sample_data(writer, options);
  if (!sample) return sample.error();
  for (const auto& agent : sample->agents) {
    sign_ins.push_back({agent.username, agent.password, "agent console"});
  }
  return write_sign_ins(sign_in_file, sign_ins);
}

/// The sandbox may have got another port than at the last start.
Result<void> point_trunk_to(store::Store& store, int sandbox_port) {
  return change_now(store, [sandbox_port](store::Writer& writer) -> Result<void> {
    auto trunks = writer.all_trunks();
    if (!trunks) return trunks.error();
    const auto trunk = std::ranges::find(*trunks, "Sandbox", &Trunk::name);
    if (trunk == trunks->end() || trunk->port == sandbox_port) return {};
    trunk->port = sandbox_port;
    return writer.save_trunk(*trunk);
  });
}

}  // namespace

Result<Demo> prepare_demo(store::Store& store, const std::filesystem::path& data_folder,
                          int sandbox_port) {
  Demo demo;
  demo.sign_in_file = data_folder / "sign-ins.txt";
  const auto administrators =
      read_now<int64_t>(store, [](store::Reader& reader) { return reader.count_administrators(); });
  if (!administrators) return administrators.error();
  if (*administrators > 0) {
    if (auto pointed = point_trunk_to(store, sandbox_port); !pointed) return pointed.error();
    return demo;
  }
  const auto sign_ins = std::make_shared<std::vector<SignIn>>();
  auto filled = change_now(store, [=, file = demo.sign_in_file](store::Writer& writer) {
    return fill(writer, file, sandbox_port, *sign_ins);
  });
  if (!filled) return filled.error();
  demo.sign_ins = std::move(*sign_ins);
  return demo;
}

}  // namespace carillon::server
