#include "telephony/sip/digest.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace carillon::telephony::sip {
namespace {

SteadyTime at(Duration since_start) { return SteadyTime{1'000'000ms + since_start}; }

TEST(Digest, Md5) {  // RFC 1321, appendix A.5
  EXPECT_EQ(md5_hex(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(md5_hex("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
}

TEST(Digest, ExampleOfRfc2617) {  // section 3.5
  const DigestResponse given{.nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093",
                             .uri = "/dir/index.html",
                             .cnonce = "0a4f113b",
                             .nc = "00000001",
                             .qop = "auth"};
  EXPECT_EQ(expected_response(md5_hex("Mufasa:testrealm@host.com:Circle Of Life"), "GET", given),
            "6629fae49393a05397450978507c4ef1");
}

TEST(Digest, ExampleOfRfc7616) {  // section 3.9.1, the MD5 response
  const DigestResponse given{.nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
                             .uri = "/dir/index.html",
                             .cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
                             .nc = "00000001",
                             .qop = "auth"};
  EXPECT_EQ(expected_response(md5_hex("Mufasa:http-auth@example.org:Circle of Life"), "GET", given),
            "8ca523f5e9506fed4657c9700eebdbec");
}

TEST(Nonces, OursIsFreshUntilItIsOld) {
  Nonces nonces(300s);
  const auto nonce = nonces.make(at(0s));
  EXPECT_EQ(nonces.check(nonce, "00000001", at(299s)), Nonces::Verdict::kFresh);
  EXPECT_EQ(nonces.check(nonce, "00000001", at(301s)), Nonces::Verdict::kStale);
}

TEST(Nonces, ForeignOrForgedIsNotOurs) {
  Nonces ours, theirs;
  auto nonce = ours.make(at(0s));
  EXPECT_EQ(theirs.check(nonce, "00000001", at(0s)), Nonces::Verdict::kForeign);
  nonce[3] = nonce[3] == '0' ? '1' : '0';  // another time
  EXPECT_EQ(ours.check(nonce, "00000001", at(0s)), Nonces::Verdict::kForeign);
  EXPECT_EQ(ours.check("", "00000001", at(0s)), Nonces::Verdict::kForeign);
  EXPECT_EQ(ours.check(std::string(64, 'x'), "00000001", at(0s)), Nonces::Verdict::kForeign);
}

TEST(Nonces, ACountIsTakenOnce) {
  Nonces nonces;
  const auto nonce = nonces.make(at(0s));
  nonces.accept(nonce, "00000002", at(0s));
  EXPECT_EQ(nonces.check(nonce, "00000002", at(1s)), Nonces::Verdict::kReplayed);
  EXPECT_EQ(nonces.check(nonce, "00000001", at(1s)), Nonces::Verdict::kReplayed);
  EXPECT_EQ(nonces.check(nonce, "00000003", at(1s)), Nonces::Verdict::kFresh);
  EXPECT_EQ(nonces.check(nonce, "no number", at(1s)), Nonces::Verdict::kReplayed);
}

TEST(SignInBrake, WaitsDoubleAfterSomeFailures) {
  SignInBrake brake;
  for (int i = 0; i < SignInBrake::kFree - 1; ++i) brake.failed("anna", "10.0.0.1", at(0s));
  EXPECT_EQ(brake.wait("anna", "10.0.0.1", at(0s)), 0s);
  brake.failed("anna", "10.0.0.1", at(0s));
  EXPECT_EQ(brake.wait("anna", "10.0.0.1", at(0s)), SignInBrake::kFirstWait);
  brake.failed("anna", "10.0.0.1", at(5s));
  EXPECT_EQ(brake.wait("anna", "10.0.0.1", at(5s)), 2 * SignInBrake::kFirstWait);
  EXPECT_EQ(brake.wait("anna", "10.0.0.2", at(5s)), 0s);
  for (int i = 0; i < 20; ++i) brake.failed("anna", "10.0.0.1", at(6s));
  EXPECT_EQ(brake.wait("anna", "10.0.0.1", at(6s)), SignInBrake::kLongestWait);
  brake.succeeded("anna", "10.0.0.1");
  EXPECT_EQ(brake.wait("anna", "10.0.0.1", at(6s)), 0s);
}

TEST(SignInBrake, OneWrongPhoneDoesNotLockOutTheOthersOfItsOffice) {
  SignInBrake brake;
  for (int i = 0; i < 1'000; ++i) brake.failed("wrong", "10.0.0.1", at(Duration{60'000L * i}));
  EXPECT_GT(brake.wait("wrong", "10.0.0.1", at(1'000min)), 0s);
  EXPECT_EQ(brake.wait("right", "10.0.0.1", at(1'000min)), 0s);
}

TEST(SignInBrake, WhoeverTriesOneNameAfterTheOtherWaits) {
  SignInBrake brake;
  for (int i = 0; i < SignInBrake::kFreeOfAddress; ++i) {
    EXPECT_EQ(brake.wait("next", "10.0.0.1", at(0s)), 0s);
    brake.failed(fmt::format("name{}", i), "10.0.0.1", at(0s));
  }
  EXPECT_GT(brake.wait("next", "10.0.0.1", at(0s)), 0s);
  EXPECT_EQ(brake.wait("next", "10.0.0.2", at(0s)), 0s);
}

TEST(SignInBrake, RemembersABoundedNumberOfNames) {
  SignInBrake brake;
  const auto name = [](size_t i) { return std::string(1'000, 'x') + std::to_string(i); };
  for (size_t i = 0; i < SignInBrake::kMost + 10; ++i) {
    brake.failed(fmt::format("name {}", i), fmt::format("10.{}", i),
                 at(Duration{static_cast<int64_t>(i)}));
  }
  EXPECT_LE(brake.size(), SignInBrake::kMost + 1);
  for (int i = 0; i < SignInBrake::kFree - 1; ++i) brake.failed("name 0", "10.0", at(20s));
  EXPECT_EQ(brake.wait("name 0", "10.0", at(20s)), 0s) << "the oldest was forgotten";
  for (size_t i = 0; i < SignInBrake::kFree; ++i) brake.failed(name(i), "10.0.0.9", at(21s));
  EXPECT_GT(brake.wait(name(99), "10.0.0.9", at(21s)), 0s) << "of a long name the beginning counts";
}

}  // namespace
}  // namespace carillon::telephony::sip
