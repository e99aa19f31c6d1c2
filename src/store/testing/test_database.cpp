#include "store/testing/test_database.h"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

namespace carillon::store::testing {
namespace {

namespace fs = std::filesystem;

const fs::path kPrograms = "/usr/lib/postgresql/15/bin";

[[noreturn]] void run_in_child(const std::vector<std::string>& command, const fs::path& log) {
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
  ::dup2(file, STDOUT_FILENO);
  ::dup2(file, STDERR_FILENO);
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

/// Starts a program, as the user postgres when we are root: PostgreSQL refuses to run as root.
int start_program(const std::vector<std::string>& command, const fs::path& log) {
  const passwd* postgres = ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr;
  const int child = ::fork();
  if (child != 0) return child;
  if (postgres != nullptr && (::setgid(postgres->pw_gid) != 0 || ::setuid(postgres->pw_uid) != 0)) {
    ::_exit(126);
  }
  run_in_child(command, log);
}

void run_program(const std::vector<std::string>& command, const fs::path& log) {
  int status = 0;
  ::waitpid(start_program(command, log), &status, 0);
  if (status == 0) return;
  std::ifstream text(log);
  throw std::runtime_error(fmt::format(
      "{} failed: {}", command[0],
      std::string(std::istreambuf_iterator<char>(text), std::istreambuf_iterator<char>())));
}

std::vector<int> children_of(int pid) {
  std::ifstream list(fmt::format("/proc/{}/task/{}/children", pid, pid));
  std::vector<int> children;
  for (int child = 0; list >> child;) children.push_back(child);
  return children;
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "carillon-store-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code unimportant;
  fs::remove_all(path_, unimportant);
}

PostgresqlServer& PostgresqlServer::instance() {
  static PostgresqlServer server;
  return server;
}

PostgresqlServer::PostgresqlServer() {
  if (!fs::exists(kPrograms / "postgres")) {
    throw std::runtime_error("PostgreSQL is not installed: apt-get install postgresql-15");
  }
  if (const passwd* postgres = ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr) {
    if (::chown(folder_.path().c_str(), postgres->pw_uid, postgres->pw_gid) != 0) {
      throw std::runtime_error("the folder of PostgreSQL cannot be given to the user postgres");
    }
  }
  run_program({kPrograms / "initdb", "-D", folder_.path() / "data", "-A", "trust", "-U", "postgres",
               "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"},
              folder_.path() / "log");
  start();
}

void PostgresqlServer::start() {
  pid_ = start_program({kPrograms / "postgres", "-D", folder_.path() / "data", "-k", folder_.path(),
                        "-h", "", "-p", "5432", "-F", "-c", "max_connections=200"},
                       folder_.path() / "log");
  if (pid_ < 0) throw std::runtime_error("no process can be started for PostgreSQL");
  for (int i = 0; i < 600; ++i) {
    const auto address = DatabaseAddress::parse(url("postgres"));
    if (Database::open(*address, Database::Access::kReadWrite).ok()) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  throw std::runtime_error("PostgreSQL did not start within 30 seconds");
}

PostgresqlServer::~PostgresqlServer() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGQUIT);
  ::waitpid(pid_, nullptr, 0);
}

void PostgresqlServer::crash() {
  CARILLON_ASSERT(pid_ > 0, "the server does not run");
  ::kill(pid_, SIGQUIT);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::string PostgresqlServer::url(const std::string& database) const {
  return fmt::format("postgresql://postgres@/{}?host={}&port=5432", database,
                     folder_.path().string());
}

std::string PostgresqlServer::new_database() {
  const std::string name = fmt::format("test_{}", ++databases_);
  auto admin =
      Database::open(*DatabaseAddress::parse(url("postgres")), Database::Access::kReadWrite);
  (*admin)->run("CREATE DATABASE " + name);
  return url(name);
}

void PostgresqlServer::signal_all(int signal) {
  CARILLON_ASSERT(pid_ > 0, "kill() of a process number below 1 reaches strangers");
  for (const int child : children_of(pid_)) ::kill(child, signal);
  ::kill(pid_, signal);
}
void PostgresqlServer::freeze() { signal_all(SIGSTOP); }
void PostgresqlServer::thaw() { signal_all(SIGCONT); }

void PostgresqlServer::disconnect_all() {
  auto admin =
      Database::open(*DatabaseAddress::parse(url("postgres")), Database::Access::kReadWrite);
  (*admin)->query(
      "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> "
      "pg_backend_pid() AND backend_type = 'client backend'");
}

TestDatabase::TestDatabase(DatabaseKind kind) {
  address_ = kind == DatabaseKind::kSqlite ? (folder_.path() / "carillon.db").string()
                                           : PostgresqlServer::instance().new_database();
}

}  // namespace carillon::store::testing
