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
  for (int i = 0; i < SignInBrake::kFree - 1; ++i) brake.failed("10.0.0.1", at(0s));
  EXPECT_EQ(brake.wait("10.0.0.1", at(0s)), 0s);
  brake.failed("10.0.0.1", at(0s));
  EXPECT_EQ(brake.wait("10.0.0.1", at(0s)), SignInBrake::kFirstWait);
  brake.failed("10.0.0.1", at(5s));
  EXPECT_EQ(brake.wait("10.0.0.1", at(5s)), 2 * SignInBrake::kFirstWait);
  EXPECT_EQ(brake.wait("10.0.0.2", at(5s)), 0s);
  for (int i = 0; i < 20; ++i) brake.failed("10.0.0.1", at(6s));
  EXPECT_EQ(brake.wait("10.0.0.1", at(6s)), SignInBrake::kLongestWait);
  brake.succeeded("10.0.0.1");
  EXPECT_EQ(brake.wait("10.0.0.1", at(6s)), 0s);
}

TEST(SignInBrake, RemembersABoundedNumberOfSources) {
  SignInBrake brake;
  for (size_t i = 0; i < SignInBrake::kMost + 10; ++i) {
    brake.failed(fmt::format("source {}", i), at(Duration{static_cast<int64_t>(i)}));
  }
  for (int i = 0; i < SignInBrake::kFree - 1; ++i) brake.failed("source 0", at(20s));
  EXPECT_EQ(brake.wait("source 0", at(20s)), 0s) << "the oldest was forgotten";
}

}  // namespace
}  // namespace carillon::telephony::sip
