#include "telephony/sip/header_fields.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string_view>

#include "telephony/sip/sofia.h"

namespace carillon::telephony::sip {
namespace {

std::string unquoted(const char* text) {
  if (text == nullptr) return {};
  std::string_view value = text;
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  std::string out;
  for (size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) ++i;
    out += value[i];
  }
  return out;
}

bool contains_ignoring_case(std::string_view text, std::string_view word) {
  auto same = [](char a, char b) { return std::tolower(a) == std::tolower(b); };
  return std::search(text.begin(), text.end(), word.begin(), word.end(), same) != text.end();
}

}  // namespace

std::optional<DigestResponse> credentials_of(const sip_t* message, const std::string& realm) {
  for (auto* each = message->sip_authorization; each != nullptr; each = each->au_next) {
    if (each->au_scheme == nullptr || !su_casematch(each->au_scheme, "Digest")) continue;
    auto field = [each](const char* name) {
      return unquoted(msg_header_find_param(each->au_common, name));
    };
    DigestResponse given{field("username="), field("realm="),    field("nonce="),
                         field("uri="),      field("response="), field("cnonce="),
                         field("nc="),       field("qop="),      field("algorithm=")};
    if (given.realm == realm) return given;
  }
  return std::nullopt;
}

int expires_of(const sip_t* message) {
  unsigned long wanted = kUsualExpiry;
  if (message->sip_expires != nullptr) wanted = message->sip_expires->ex_delta;
  if (message->sip_contact != nullptr && message->sip_contact->m_expires != nullptr) {
    wanted = std::strtoul(message->sip_contact->m_expires, nullptr, 10);
  }
  return static_cast<int>(std::min<unsigned long>(wanted, kLongestExpiry));
}

std::string realm_of(const sip_t* message) {
  for (const msg_auth_t* challenges :
       {message->sip_www_authenticate, message->sip_proxy_authenticate}) {
    for (auto* each = challenges; each != nullptr; each = each->au_next) {
      const char* realm = msg_header_find_param(each->au_common, "realm=");
      if (realm != nullptr && *realm == '"') return realm;
    }
  }
  return {};
}

bool is_stale(const sip_t* message) {
  for (const msg_auth_t* challenge :
       {message->sip_www_authenticate, message->sip_proxy_authenticate}) {
    if (challenge == nullptr) continue;
    const char* stale = msg_header_find_param(challenge->au_common, "stale=");
    if (stale != nullptr && su_casenmatch(stale, "true", 4)) return true;
  }
  return false;
}

char digit_of_info(const sip_t* message) {
  if (message == nullptr || message->sip_content_type == nullptr) return '\0';
  const std::string_view type = message->sip_content_type->c_type;
  std::string_view body = body_of(message);
  if (contains_ignoring_case(type, "dtmf-relay")) {
    const auto signal = body.find("Signal=");
    if (signal == std::string_view::npos) return '\0';
    body.remove_prefix(signal + 7);
  } else if (!contains_ignoring_case(type, "application/dtmf")) {
    return '\0';
  }
  while (!body.empty() && body.front() == ' ') body.remove_prefix(1);
  if (body.empty()) return '\0';
  const char digit = static_cast<char>(std::toupper(static_cast<unsigned char>(body.front())));
  return std::string_view("0123456789*#ABCD").find(digit) == std::string_view::npos ? '\0' : digit;
}

}  // namespace carillon::telephony::sip
