// SandboxProcess: the demo's carrier, as a process of its own.
#pragma once

#include <memory>

#include <sys/types.h>

#include "base/result.h"

namespace carillon::server {

/// Purpose: runs `carillon sandbox` beside `serve --demo`, so that the demo's calls take the same
/// way as to a real carrier. Owning thread: main's, which must live as long: the kernel ends the
/// child when the thread that made it dies. Lifetime: ends the child.
class SandboxProcess {
 public:
  /// `port` 0, or a taken one: any free port is used.
  static Result<std::unique_ptr<SandboxProcess>> start(int port);
  ~SandboxProcess();
  SandboxProcess(const SandboxProcess&) = delete;
  SandboxProcess& operator=(const SandboxProcess&) = delete;

  int port() const { return port_; }

 private:
  SandboxProcess(pid_t pid, int port) : pid_(pid), port_(port) {}
  pid_t pid_;
  int port_;
};

}  // namespace carillon::server
