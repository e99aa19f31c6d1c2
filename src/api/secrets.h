// Secrets: random tokens, their hashes, passwords (argon2id), and comparing without leaking time.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace carillon::api {

/// Initialises libsodium; once, before anything else here.
Result<void> init_secrets();

/// 256 random bits, URL-safe base64 (43 characters).
std::string random_token();

/// A password to be read out and typed: groups of four of 31 letters and digits that are not mixed
/// up, 19 bits a group: "k7mf-2wqh-9rtz".
std::string random_password(int groups);

/// What the database keeps of a token: BLAKE2b-256 in hex. Tokens have full entropy, so a fast hash
/// is enough.
std::string token_hash(std::string_view token);

/// HMAC-SHA256 (RFC 2104) in hex.
std::string hmac_sha256(std::string_view key, std::string_view text);

/// Compares in a time that depends on the lengths only.
bool same_secret(std::string_view a, std::string_view b);

/// argon2id (RFC 9106), 3 passes over 19 MiB, with a random salt. Takes some 50 ms: never on the
/// http loop. Empty: no memory.
std::string hash_password(const std::string& password);

/// Checks a password against hash_password()'s text. An empty hash (unknown user, no password set)
/// takes the same time and is false.
bool verify_password(const std::string& hash, const std::string& password);

/// HA1 of HTTP and SIP digest (RFC 2617 section 3.2.2.2): MD5(username:realm:password) in hex. MD5
/// is what desk phones speak.
std::string digest_ha1(const std::string& username, const std::string& realm,
                       const std::string& password);

}  // namespace carillon::api
