#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/log.h"
#include "base/unique_fd.h"
#include "server/command_line.h"
#include "server/data_folder.h"
#include "server/demo.h"
#include "server/node.h"
#include "server/sandbox_process.h"

namespace carillon::server {
namespace {

/// Each call takes two sockets, each browser one or two: as many as the system lets us have.
void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 1U << 20);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// sd_notify(3) without its library: tells systemd that the service is ready, or ends.
void notify_systemd(const char* state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr || (path[0] != '/' && path[0] != '@')) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const size_t size = std::strlen(path);
  if (size >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, path, size);
  if (path[0] == '@') address.sun_path[0] = '\0';
  const UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ::sendto(socket.get(), state, std::strlen(state), MSG_NOSIGNAL,
           reinterpret_cast<const sockaddr*>(&address),
           static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size));
}

std::string address_of(const Node& node, const Configuration& configuration) {
  const bool secure = node.https_port() >= 0;
  const auto& bound = configuration.http_address;
  const auto host = bound == "0.0.0.0" || bound == "::" ? std::string("localhost") : bound;
  return fmt::format("{}://{}:{}", secure ? "https" : "http", host,
                     secure ? node.https_port() : node.http_port());
}

void print_demo(const Demo& demo) {
  if (demo.sign_ins.empty()) {
    fmt::print("The sign-ins of the demo are in {}\n", demo.sign_in_file.string());
    return;
  }
  fmt::print("Sign in as\n\n");
  for (const auto& one : demo.sign_ins) {
    fmt::print("  {:<12} {:<20} {}\n", one.username, one.password, one.what_for);
  }
  fmt::print("\nThese are also in {}\n", demo.sign_in_file.string());
}

void print_start(const Node& node, const Configuration& configuration) {
  fmt::print("\nCarillon is running: {}\n", address_of(node, configuration));
  if (configuration.certificate.empty() && node.https_port() >= 0) {
    fmt::print("Its certificate is self-made: the browser asks once whether to trust it.\n");
  }
  if (!node.setup_code().empty() && !configuration.demo) {
    fmt::print("There is no administrator yet. Open the address; the set-up code is {}\n",
               node.setup_code());
  }
}

}  // namespace

int serve(const Configuration& configuration) {
  if (auto logging = init_log(configuration.log_level); !logging) return fail(logging.error());
  raise_file_limit();
  block_end_signals();
  auto folder = DataFolder::open(configuration.data);
  if (!folder) return fail(folder.error());

  std::unique_ptr<SandboxProcess> sandbox;
  if (configuration.demo) {
    auto started = SandboxProcess::start(configuration.sandbox_port);
    if (!started) return fail(started.error());
    sandbox = std::move(started).value();
  }
  auto node = Node::start(configuration, *folder);
  if (!node) return fail(node.error());
  Demo demo;
  if (configuration.demo) {
    auto prepared = prepare_demo((*node)->store(), folder->top, sandbox->port());
    if (!prepared) return fail(prepared.error());
    demo = std::move(prepared).value();
  }

  print_start(**node, configuration);
  if (configuration.demo) print_demo(demo);
  fmt::print("\n");
  std::fflush(stdout);
  notify_systemd("READY=1");
  wait_for_end();
  notify_systemd("STOPPING=1");
  spdlog::info("Ending: calls are ended, what is left is written");
  (*node)->stop();
  return kExitGood;
}

}  // namespace carillon::server
