#include "api/http_types.h"

#include <gtest/gtest.h>

#include "api/http_message.h"
#include "api/ranges.h"
#include "api/secrets.h"

namespace carillon::api {
namespace {

TEST(ParseTarget, SplitsAndDecodes) {
  Request request;
  ASSERT_TRUE(parse_target("/api/v1/x%20y?name=a%2Bb+c&empty=&flag&name=last", request));
  EXPECT_EQ(request.segments, (std::vector<std::string>{"api", "v1", "x y"}));
  EXPECT_EQ(request.query.at("name"), "last");
  EXPECT_EQ(request.query.at("empty"), "");
  EXPECT_TRUE(request.query.contains("flag"));
}

TEST(ParseTarget, RefusesWhatIsMalformed) {
  for (const char* target :
       {"", "api", "*", "http://x/", "/%", "/%4", "/%zz", "/%00", "/%0a", "/?a=%0d%0a", "/\x01"}) {
    Request request;
    EXPECT_FALSE(parse_target(target, request)) << target;
  }
}

TEST(Cookie, FindsTheWholeName) {
  Request request;
  request.headers["cookie"] = "xcarillon_session=1; carillon_session=two; b=3";
  EXPECT_EQ(cookie(request, "carillon_session"), "two");
  EXPECT_EQ(cookie(request, "b"), "3");
  EXPECT_EQ(cookie(request, "c"), "");
}

TEST(Ranges, FollowTheRfc) {
  EXPECT_FALSE(parse_range("", 100).partial);
  const auto first = parse_range("bytes=0-9", 100);
  EXPECT_TRUE(first.partial);
  EXPECT_EQ(first.first, 0u);
  EXPECT_EQ(first.length, 10u);
  const auto rest = parse_range("bytes=90-", 100);
  EXPECT_EQ(rest.first, 90u);
  EXPECT_EQ(rest.length, 10u);
  const auto tail = parse_range("bytes=-30", 100);
  EXPECT_EQ(tail.first, 70u);
  EXPECT_EQ(parse_range("bytes=-300", 100).length, 100u);
  EXPECT_EQ(parse_range("bytes=50-1000", 100).length, 50u);
  EXPECT_TRUE(parse_range("bytes=100-", 100).unsatisfiable);
  EXPECT_TRUE(parse_range("bytes=-0", 100).unsatisfiable);
  for (const char* whole : {"bytes=9-0", "bytes=a-b", "lines=0-1", "bytes=0-1,5-6",
                            "bytes=", "bytes=-", "bytes=99999999999999999999-"}) {
    EXPECT_FALSE(parse_range(whole, 100).partial) << whole;
    EXPECT_FALSE(parse_range(whole, 100).unsatisfiable) << whole;
  }
}

TEST(HttpDate, IsTheFormOfTheRfc) {
  EXPECT_EQ(http_date(784'111'777), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(Secrets, PasswordsAndTokens) {
  ASSERT_TRUE(init_secrets().ok());
  const auto hash = hash_password("correct horse");
  EXPECT_EQ(hash.rfind("$argon2id$v=19$m=19456,t=3,p=1$", 0), 0u) << hash;
  EXPECT_TRUE(verify_password(hash, "correct horse"));
  EXPECT_FALSE(verify_password(hash, "correct horsf"));
  EXPECT_FALSE(verify_password("", "correct horse"));
  EXPECT_NE(hash_password("correct horse"), hash);

  const auto token = random_token();
  EXPECT_EQ(token.size(), 43u);
  EXPECT_NE(token, random_token());
  EXPECT_EQ(token_hash(token), token_hash(token));
  EXPECT_EQ(token_hash(token).size(), 64u);
  EXPECT_TRUE(same_secret("abc", "abc"));
  EXPECT_FALSE(same_secret("abc", "abd"));
  EXPECT_FALSE(same_secret("abc", "abcd"));
}

TEST(Secrets, Ha1IsThatOfTheRfc) {
  // RFC 2617 section 3.5: Mufasa in testrealm@host.com.
  EXPECT_EQ(digest_ha1("Mufasa", "testrealm@host.com", "Circle Of Life"),
            "939e7578ed9e3c518a452acee763bce9");
}

}  // namespace
}  // namespace carillon::api
