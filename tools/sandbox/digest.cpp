#include "sandbox/digest.h"

#include <random>

#include <fmt/format.h>
#include <sofia-sip/auth_digest.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/su_alloc.h>

namespace carillon::sandbox {
namespace {

std::string unquoted(const char* text) {
  std::string value = text != nullptr ? text : "";
  if (value.size() >= 2 && value.front() == '"') value = value.substr(1, value.size() - 2);
  return value;
}

std::string random_hex() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

}  // namespace

DigestGate::DigestGate(std::string username, std::string password, std::string realm)
    : username_(std::move(username)), password_(std::move(password)), realm_(std::move(realm)) {}

DigestGate::Verdict DigestGate::check(const sip_s& request) const {
  if (request.sip_proxy_authorization == nullptr) return Verdict::kMissing;
  su_home_t home[1] = {SU_HOME_INIT(home)};
  auth_response_t answer[1] = {};
  answer->ar_size = sizeof answer[0];
  auto verdict = Verdict::kWrong;
  const auto* params = request.sip_proxy_authorization->au_params;
  if (auth_digest_response_get(home, answer, params) > 0 && answer->ar_response != nullptr) {
    auth_hexmd5_t ha1{};
    auth_hexmd5_t wanted{};
    const std::string username = unquoted(answer->ar_username);
    const std::string realm = unquoted(answer->ar_realm);
    answer->ar_username = username.c_str();
    answer->ar_realm = realm.c_str();
    auth_digest_a1(answer, ha1, password_.c_str());
    auth_digest_response(answer, wanted, ha1, request.sip_request->rq_method_name, nullptr, 0);
    if (nonces_.count(unquoted(answer->ar_nonce)) == 0) {
      verdict = Verdict::kMissing;  // an old nonce: ask again
    } else if (username == username_ && realm == realm_ &&
               unquoted(answer->ar_response) == wanted) {
      verdict = Verdict::kGood;
    }
  }
  su_home_deinit(home);
  return verdict;
}

std::string DigestGate::challenge() {
  constexpr size_t kMostNonces = 20'000;
  if (nonces_.size() >= kMostNonces) nonces_.clear();
  const auto nonce = random_hex();
  nonces_.insert(nonce);
  return fmt::format("Digest realm=\"{}\", nonce=\"{}\", algorithm=MD5, qop=\"auth\"", realm_,
                     nonce);
}

}  // namespace carillon::sandbox
