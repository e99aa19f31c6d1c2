#include "server/sandbox_process.h"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ports.h"
#include "base/unique_fd.h"

namespace carillon::server {
namespace {

/// Only what is safe between fork and exec.
[[noreturn]] void become_sandbox(int output, const char* port, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(1);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::setpgid(0, 0);  // a Ctrl-C is for the server: it ends the calls first
  ::dup2(output, STDOUT_FILENO);
  ::execl("/proc/self/exe", "carillon", "sandbox", "--port", port, "--speech",
          static_cast<char*>(nullptr));
  ::_exit(127);
}

/// The port that the child says it listens on, in its first line; 0 when it ended instead.
int read_port(int input) {
  std::string line;
  for (char c = 0; ::read(input, &c, 1) == 1 && c != '\n';) line += c;
  const auto colon = line.rfind(':');
  return colon == std::string::npos ? 0 : std::atoi(line.c_str() + colon + 1);
}

}  // namespace

Result<std::unique_ptr<SandboxProcess>> SandboxProcess::start(int port) {
  // A start on a taken port would tell the user so: 0 then, any port.
  for (const int wanted : {free_port("127.0.0.1", port), 0}) {
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) break;
    const UniqueFd input(ends[0]);
    UniqueFd output(ends[1]);
    const auto text = std::to_string(wanted);
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child == 0) become_sandbox(output.get(), text.c_str(), parent);
    if (child < 0) break;
    output.reset();
    const int got = read_port(input.get());
    if (got != 0) return std::unique_ptr<SandboxProcess>(new SandboxProcess(child, got));
    ::waitpid(child, nullptr, 0);
  }
  return Error{ErrorCode::kUnavailable,
               "The sandbox carrier did not start. Run `carillon sandbox` to see why.", ""};
}

SandboxProcess::~SandboxProcess() {
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

}  // namespace carillon::server
