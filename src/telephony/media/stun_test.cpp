#include "telephony/media/stun.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "telephony/media/ice_lite.h"

namespace carillon::media::stun {
namespace {

std::vector<uint8_t> from_hex(const std::string& hex) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

constexpr const char* kPassword = "VOkJxbRl1RmTxUk/WvJxBt";

// RFC 5769, 2.1: sample request.
const std::vector<uint8_t> kRequest = from_hex(
    "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e7400240004"
    "6e0001ff80290008932ff9b151263b36000600096576746a3a6836765920202000080014"
    "9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf");
// RFC 5769, 2.2: sample IPv4 response.
const std::vector<uint8_t> kResponse = from_hex(
    "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147"
    "e112a643000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96");

TEST(StunVectors, RequestOfRfc5769) {
  const auto message = parse(kRequest);
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->type, Type::kBindingRequest);
  EXPECT_EQ(message->username, "evtj:h6vY");
  EXPECT_TRUE(message->has_fingerprint);
  EXPECT_TRUE(integrity_matches(*message, kPassword));
  EXPECT_FALSE(integrity_matches(*message, "another"));
}

TEST(StunVectors, ResponseOfRfc5769) {
  const auto message = parse(kResponse);
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->type, Type::kBindingSuccess);
  EXPECT_TRUE(integrity_matches(*message, kPassword));
  EXPECT_EQ(message->mapped_address, SocketAddress::parse("192.0.2.1", 32853));
}

TEST(Stun, EveryFlippedBitIsNoticed) {
  for (size_t bit = 0; bit < kRequest.size() * 8; ++bit) {
    auto changed = kRequest;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << (bit % 8));
    const auto message = parse(changed);
    // Padding of USERNAME and SOFTWARE is covered by both checks too.
    EXPECT_FALSE(message && message->has_fingerprint && integrity_matches(*message, kPassword))
        << "bit " << bit;
  }
}

TEST(Stun, EveryTruncationIsRefused) {
  for (size_t size = 0; size < kRequest.size(); ++size) {
    EXPECT_FALSE(parse(Bytes(kRequest).first(size)).has_value()) << size;
  }
}

TEST(Stun, WhatWeBuildWeRead) {
  const std::vector<uint8_t> transaction(12, 7);
  Builder builder(Type::kBindingRequest, transaction);
  builder.add_username("abcd:efgh");
  builder.add_priority(1);
  builder.add_ice_controlling(2);
  builder.add_use_candidate();
  const auto message = parse(builder.finish("secret"));
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->username, "abcd:efgh");
  EXPECT_TRUE(message->use_candidate);
  EXPECT_TRUE(integrity_matches(*message, "secret"));
}

// ------------------------------------------------------------------------------- ICE-lite

const SocketAddress kHome{0x0A000001, 5000};
const SocketAddress kMobile{0x0A000002, 6000};

IceLite::Verdict check(IceLite& ice, const std::string& username, const std::string& password,
                       const SocketAddress& from, bool nominate, SteadyTime now = SteadyTime{}) {
  const std::vector<uint8_t> transaction(12, 1);
  Builder builder(Type::kBindingRequest, transaction);
  builder.add_username(username);
  if (nominate) builder.add_use_candidate();
  return ice.checked(*parse(builder.finish(password)), from, now);
}

TEST(IceLite, FirstCheckGivesAPeerAndNominationDecides) {
  IceLite ice;
  ice.set_remote("peer");
  const std::string user = ice.local().ufrag + ":peer";
  EXPECT_TRUE(check(ice, user, ice.local().pwd, kHome, false).valid);
  EXPECT_EQ(ice.peer(), kHome);
  check(ice, user, ice.local().pwd, kMobile, false);
  EXPECT_EQ(ice.peer(), kHome);
  check(ice, user, ice.local().pwd, kMobile, true);
  EXPECT_EQ(ice.peer(), kMobile);
}

TEST(IceLite, WrongNamesAndPasswordsAreRefused) {
  IceLite ice;
  const std::string ufrag = ice.local().ufrag;
  EXPECT_FALSE(check(ice, ufrag + ":", ice.local().pwd, kHome, true).valid);  // no offer yet
  ice.set_remote("peer");
  EXPECT_FALSE(check(ice, ufrag + ":peer", "wrong", kHome, true).valid);
  EXPECT_FALSE(check(ice, ufrag + ":peers", ice.local().pwd, kHome, true).valid);
  EXPECT_FALSE(check(ice, ufrag + "peer", ice.local().pwd, kHome, true).valid);
  EXPECT_FALSE(check(ice, "x:peer", ice.local().pwd, kHome, true).valid);
  EXPECT_FALSE(ice.peer().has_value());
  EXPECT_FALSE(ice.last_check().has_value());
}

TEST(IceLite, ARestartKeepsTheOldPathUntilTheNewNomination) {
  IceLite ice;
  ice.set_remote("old");
  const IceCredentials before = ice.local();
  check(ice, before.ufrag + ":old", before.pwd, kHome, true);
  EXPECT_TRUE(ice.set_remote("new"));
  EXPECT_NE(ice.local().ufrag, before.ufrag);
  EXPECT_EQ(ice.peer(), kHome);
  EXPECT_TRUE(check(ice, before.ufrag + ":old", before.pwd, kHome, false).valid);
  EXPECT_TRUE(check(ice, ice.local().ufrag + ":new", ice.local().pwd, kMobile, true).valid);
  EXPECT_EQ(ice.peer(), kMobile);
  EXPECT_TRUE(ice.expire(SteadyTime{1s}).empty());
  EXPECT_EQ(ice.expire(SteadyTime{10s}), std::vector{kHome});
  EXPECT_FALSE(check(ice, before.ufrag + ":old", before.pwd, kHome, false).valid);
}

}  // namespace
}  // namespace carillon::media::stun
