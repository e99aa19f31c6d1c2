#include "api/url_download.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "api/testing/web_server.h"

namespace carillon::api {
namespace {

using testing::WebServer;

std::string ok(const std::string& body, const std::string& more = "") {
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{}\r\n{}", body.size(), more, body);
}
std::string moved(const std::string& to) {
  return fmt::format("HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", to);
}

DownloadRules local() {
  DownloadRules rules;
  rules.private_addresses = true;
  return rules;
}

struct Got {
  std::string text;
  std::string error;
  ErrorCode code{};
};
Got fetch(const std::string& text, const DownloadRules& rules) {
  Got got;
  const auto url = parse_url(text);
  if (!url) return {{}, url.error().message, url.error().code};
  std::atomic<bool> stop{false};
  const auto done = download(*url, rules, stop, [&](std::string_view bytes) -> Result<void> {
    got.text += bytes;
    return {};
  });
  if (!done) {
    got.error = done.error().message;
    got.code = done.error().code;
    EXPECT_TRUE(done.error().field == "url" || done.error().code != ErrorCode::kInvalid);
  }
  return got;
}

TEST(Urls, AreTakenApart) {
  auto url = parse_url("HTTPS://Example.COM/a/b.csv?x=1#part");
  ASSERT_TRUE(url.ok());
  EXPECT_TRUE(url->secure);
  EXPECT_EQ(url->host, "example.com");
  EXPECT_EQ(url->port, "443");
  EXPECT_EQ(url->target, "/a/b.csv?x=1");
  EXPECT_EQ(url->authority(), "example.com");
  url = parse_url("http://[2001:DB8::1]:8080");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->host, "2001:db8::1");
  EXPECT_EQ(url->authority(), "[2001:db8::1]:8080");
  EXPECT_EQ(url->target, "/");
  EXPECT_EQ(parse_url("http://a?q")->target, "/?q");
  for (const char* wrong :
       {"https://[[x]/", "https://a\"b/", "", "example.com", "ftp://a/", "file:///etc/passwd",
        "http://", "http:///x", "http://a b/", "http://u:p@a/", "http://a:0/", "http://a:99999/",
        "http://a:x/", "http://[::1", "javascript:1", "http://a/\r\nHost: b"}) {
    const auto refused = parse_url(wrong);
    ASSERT_FALSE(refused.ok()) << wrong;
    EXPECT_EQ(refused.error().field, "url") << wrong;
  }
}

TEST(Urls, RedirectsLeadOn) {
  const auto from = *parse_url("https://a.example/x/y.csv?z");
  EXPECT_EQ(follow_redirect(from, "/b")->target, "/b");
  EXPECT_EQ(follow_redirect(from, "b.csv")->target, "/x/b.csv");
  EXPECT_EQ(follow_redirect(from, "//b.example/c")->host, "b.example");
  EXPECT_EQ(follow_redirect(from, "https://b.example:81/c")->port, "81");
  EXPECT_FALSE(follow_redirect(from, "http://a.example/").ok()) << "https stays https";
  EXPECT_FALSE(follow_redirect(from, "").ok());
  EXPECT_FALSE(follow_redirect(from, "file:///etc/passwd").ok());
  EXPECT_TRUE(follow_redirect(*parse_url("http://a/"), "https://a/").ok());
}

TEST(Addresses, OnlyThoseOfTheInternetArePublic) {
  for (const char* open : {"8.8.8.8", "93.184.216.34", "2606:4700::1111", "2001:4860:4860::8888"}) {
    EXPECT_TRUE(is_public_address(open)) << open;
  }
  for (const char* closed : {"127.0.0.1",
                             "127.9.9.9",
                             "0.0.0.0",
                             "10.1.2.3",
                             "172.16.0.1",
                             "172.31.255.255",
                             "192.168.1.1",
                             "169.254.169.254",
                             "100.64.0.1",
                             "192.0.0.8",
                             "198.18.0.1",
                             "203.0.113.1",
                             "224.0.0.1",
                             "255.255.255.255",
                             "::",
                             "::1",
                             "fe80::1",
                             "fc00::1",
                             "fd12::1",
                             "ff02::1",
                             "::ffff:127.0.0.1",
                             "::ffff:10.0.0.1",
                             "64:ff9b::7f00:1",
                             "2002:7f00:1::",
                             "2001::1",
                             "2001:db8::1",
                             "localhost",
                             ""}) {
    EXPECT_FALSE(is_public_address(closed)) << closed;
  }
}

TEST(Download, BringsTheFile) {
  const std::string body(300'000, 'x');
  WebServer server({ok(body)});
  const auto got = fetch(server.url("/a.csv?k=v"), local());
  EXPECT_EQ(got.error, "");
  EXPECT_EQ(got.text, body);
  ASSERT_EQ(server.requests().size(), 1u);
  EXPECT_EQ(server.requests()[0].rfind("GET /a.csv?k=v HTTP/1.1\r\n", 0), 0u);
}

TEST(Download, TakesChunksAndABodyThatEndsWithTheConnection) {
  WebServer server(
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
       "HTTP/1.0 200 OK\r\n\r\nplain"});
  EXPECT_EQ(fetch(server.url(), local()).text, "abcde");
  EXPECT_EQ(fetch(server.url(), local()).text, "plain");
}

TEST(Download, FollowsRedirectsButNotForever) {
  {
    WebServer server({moved("/next"), ok("there")});
    EXPECT_EQ(fetch(server.url(), local()).text, "there");
  }
  WebServer circle(std::vector<std::string>(6, moved("/again")));
  EXPECT_NE(fetch(circle.url(), local()).error.find("redirected more than 5 times"),
            std::string::npos);
}

TEST(Download, PrivateAddressesAreRefusedOnEachHop) {
  WebServer server({ok("secret")});
  const auto refused = fetch(server.url(), DownloadRules{});
  EXPECT_EQ(refused.code, ErrorCode::kInvalid);
  EXPECT_NE(refused.error.find("private network"), std::string::npos) << refused.error;
  EXPECT_EQ(refused.text, "");
  EXPECT_NE(fetch("http://localhost:1/", DownloadRules{}).error.find("private network"),
            std::string::npos)
      << "by what the name means";
  EXPECT_NE(fetch("http://[::ffff:127.0.0.1]:1/", DownloadRules{}).error.find("private network"),
            std::string::npos);
  // Its one answer has not been taken.
  EXPECT_EQ(fetch(server.url(), local()).text, "secret");
}

TEST(Download, HasLimits) {
  auto rules = local();
  rules.max_bytes = 10;
  {
    WebServer server(
        {ok("12345678901"),
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n12345678901\r\n0\r\n\r\n",
         "HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'h') + "\r\n\r\n"});
    EXPECT_EQ(fetch(server.url(), rules).code, ErrorCode::kTooLarge);
    EXPECT_EQ(fetch(server.url(), rules).code, ErrorCode::kTooLarge);
    EXPECT_NE(fetch(server.url(), rules).error, "");
  }
  // A server that says nothing.
  rules.idle_limit = 200ms;
  WebServer silent({""});
  EXPECT_NE(fetch(silent.url(), rules).error, "");
}

TEST(Download, SaysWhatTheServerSaid) {
  WebServer server({"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
                    ok("x", "Content-Encoding: gzip\r\n"), "nonsense\r\n\r\n"});
  EXPECT_NE(fetch(server.url(), local()).error.find("404 Not Found"), std::string::npos);
  EXPECT_NE(fetch(server.url(), local()).error.find("compressed"), std::string::npos);
  EXPECT_NE(fetch(server.url(), local()).error, "");
  EXPECT_NE(fetch("http://no-such-host.invalid/", local()).error.find("no host"),
            std::string::npos);
}

TEST(Download, StopsWhenTheServerStops) {
  WebServer server({ok("x")});
  std::atomic<bool> stop{true};
  const auto done = download(*parse_url(server.url()), local(), stop,
                             [](std::string_view) { return Result<void>(); });
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(fetch(server.url(), local()).text, "x");
}

}  // namespace
}  // namespace carillon::api
