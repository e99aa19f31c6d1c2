#include <csignal>
#include <thread>

#include <pthread.h>
#include <unistd.h>

#include "server/command_line.h"

namespace carillon::server {
namespace {

sigset_t end_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

void block_end_signals() {
  const auto set = end_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

void wait_for_end() {
  const auto set = end_signals();
  int signal = 0;
  ::sigwait(&set, &signal);
  std::thread([set] {
    int again = 0;
    ::sigwait(&set, &again);
    ::_exit(128 + again);
  }).detach();
}

}  // namespace carillon::server
