#include "telephony/media/ice_lite.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <openssl/rand.h>

#include "base/assert.h"

namespace carillon::media {
namespace {

constexpr size_t kMaxAddresses = 16;  ///< a laptop with VPNs has about six
constexpr Duration kOldAddressesStay = 5s;

std::string random_token(size_t size) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<uint8_t, 32> random{};
  CARILLON_ASSERT(
      size <= random.size() && RAND_bytes(random.data(), static_cast<int>(random.size())) == 1,
      "no random numbers from OpenSSL");
  std::string token;
  for (size_t i = 0; i < size; ++i) token += kAlphabet[random[i] % kAlphabet.size()];
  return token;
}

}  // namespace

IceCredentials IceCredentials::random() { return {random_token(8), random_token(24)}; }

IceLite::IceLite() { current_.local = IceCredentials::random(); }

std::vector<std::string> IceLite::local_ufrags() const {
  std::vector<std::string> ufrags{current_.local.ufrag};
  if (former_) ufrags.push_back(former_->local.ufrag);
  return ufrags;
}

bool IceLite::set_remote(const std::string& ufrag) {
  if (current_.remote_ufrag.empty()) {
    current_.remote_ufrag = ufrag;
    return false;
  }
  if (ufrag == current_.remote_ufrag) return false;
  // A second restart before the first was nominated: what really carries the audio stays known.
  if (!former_) former_ = current_;
  current_ = {IceCredentials::random(), ufrag};
  ++generation_;
  renominated_at_.reset();
  return true;
}

void IceLite::reset(const std::string& remote_ufrag) {
  *this = IceLite();
  current_.remote_ufrag = remote_ufrag;
}

const IceLite::Generation* IceLite::generation_of(std::string_view username) const {
  const auto matches = [&](const Generation& g) {
    return !g.remote_ufrag.empty() &&
           username.size() == g.local.ufrag.size() + 1 + g.remote_ufrag.size() &&
           username.starts_with(g.local.ufrag) && username[g.local.ufrag.size()] == ':' &&
           username.ends_with(g.remote_ufrag);
  };
  if (matches(current_)) return &current_;
  if (former_ && matches(*former_)) return &*former_;
  return nullptr;
}

IceLite::Verdict IceLite::checked(const stun::Message& request, const SocketAddress& from,
                                  SteadyTime now) {
  Verdict verdict;
  const Generation* generation = generation_of(request.username);
  if (generation == nullptr || !stun::integrity_matches(request, generation->local.pwd)) {
    return verdict;
  }
  const bool is_current = generation == &current_;
  const auto known = std::find_if(valid_.begin(), valid_.end(),
                                  [&](const Address& a) { return a.address == from; });
  if (known == valid_.end()) {
    if (valid_.size() >= kMaxAddresses) return verdict;
    valid_.push_back({from, is_current ? generation_ : generation_ - 1});
    verdict.address_is_new = true;
  } else if (is_current) {
    known->generation = generation_;
  }
  verdict.valid = true;
  verdict.password = generation->local.pwd;
  last_check_ = now;
  const bool nominated = request.use_candidate && is_current;
  if ((nominated || !peer_) && peer_ != from) {
    peer_ = from;
    verdict.peer_changed = true;
  }
  if (nominated && former_ && !renominated_at_) renominated_at_ = now;
  return verdict;
}

std::vector<SocketAddress> IceLite::addresses() const {
  std::vector<SocketAddress> addresses;
  for (const Address& a : valid_) addresses.push_back(a.address);
  return addresses;
}

std::vector<SocketAddress> IceLite::expire(SteadyTime now) {
  std::vector<SocketAddress> gone;
  if (!renominated_at_ || now - *renominated_at_ < kOldAddressesStay) return gone;
  renominated_at_.reset();
  former_.reset();
  std::erase_if(valid_, [&](const Address& a) {
    if (a.generation == generation_ || a.address == peer_) return false;
    gone.push_back(a.address);
    return true;
  });
  return gone;
}

}  // namespace carillon::media
