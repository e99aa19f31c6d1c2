#include "telephony/sip/resolver.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include <netdb.h>
#include <netinet/in.h>

namespace carillon::telephony::sip {

struct Resolver::Shared {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::string> waiting;
  bool stopped = false;
  std::function<void(Resolution)> done;
};

namespace {

Resolution resolve(const std::string& host) {
  Resolution out{host, {}, {}};
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found); error != 0) {
    out.error = gai_strerror(error);
    return out;
  }
  for (auto* each = found; each != nullptr; each = each->ai_next) {
    const auto* address = reinterpret_cast<const sockaddr_in*>(each->ai_addr);  // NOLINT: AF_INET
    const uint32_t numeric = ntohl(address->sin_addr.s_addr);
    if (std::find(out.addresses.begin(), out.addresses.end(), numeric) == out.addresses.end()) {
      out.addresses.push_back(numeric);
    }
  }
  freeaddrinfo(found);
  return out;
}

}  // namespace

Resolver::Resolver(std::function<void(Resolution)> done) : shared_(std::make_shared<Shared>()) {
  shared_->done = std::move(done);
  std::thread([shared = shared_] { run(shared); }).detach();
}

Resolver::~Resolver() {
  std::lock_guard lock(shared_->mutex);
  shared_->stopped = true;
  shared_->done = nullptr;
  shared_->changed.notify_one();
}

void Resolver::look_up(const std::string& host) {
  std::lock_guard lock(shared_->mutex);
  auto& waiting = shared_->waiting;
  if (std::find(waiting.begin(), waiting.end(), host) != waiting.end()) return;
  waiting.push_back(host);
  shared_->changed.notify_one();
}

void Resolver::run(const std::shared_ptr<Shared>& shared) {
  std::unique_lock lock(shared->mutex);
  while (true) {
    shared->changed.wait(lock, [&] { return shared->stopped || !shared->waiting.empty(); });
    if (shared->stopped) return;
    const auto host = std::move(shared->waiting.front());
    shared->waiting.pop_front();
    lock.unlock();
    auto resolution = resolve(host);
    lock.lock();
    // Under the lock: the destructor waits for this, and afterwards there is nobody to tell.
    if (!shared->stopped) shared->done(std::move(resolution));
  }
}

}  // namespace carillon::telephony::sip
