#include "api/html_sanitizer.h"

#include <gtest/gtest.h>

namespace carillon::api {
namespace {

TEST(SanitizeHtml, KeepsWhatScriptsNeed) {
  const std::string script =
      "<h2>Hello {{first_name}}</h2><p>I am <strong>calling</strong> from <em>Acme</em>.<br></p>"
      "<ul><li>one</li><li>two</li></ul><table><tbody><tr><td colspan=\"2\">x</td></tr></tbody>"
      "</table><p style=\"text-align: center\">bye</p>";
  EXPECT_EQ(sanitize_html(script), script);
}

TEST(SanitizeHtml, LinksOpenElsewhereAndSafely) {
  EXPECT_EQ(sanitize_html("<a href=\"https://example.com/?a=1&amp;b=2\">x</a>"),
            "<a href=\"https://example.com/?a=1&amp;b=2\" target=\"_blank\" "
            "rel=\"noopener noreferrer nofollow\">x</a>");
}

/// What must never come through, in whatever dress.
TEST(SanitizeHtml, NothingThatRunsComesThrough) {
  for (const std::string attack : {
           "<script>alert(1)</script>",
           "<ScRiPt >alert(1)</sCrIpT>",
           "<img src=x onerror=alert(1)>",
           "<p onclick=\"alert(1)\">x</p>",
           "<p onmouseover=alert(1) style=x>x</p>",
           "<a href=\"javascript:alert(1)\">x</a>",
           "<a href=\" javascript:alert(1)\">x</a>",
           "<a href=\"java\tscript:alert(1)\">x</a>",
           "<a href=\"&#106;avascript:alert(1)\">x</a>",
           "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
           "<a href=\"vbscript:x\">x</a>",
           "<svg onload=alert(1)><script>alert(1)</script></svg>",
           "<math><mtext><script>alert(1)</script></mtext></math>",
           "<iframe src=\"https://evil.example\"></iframe>",
           "<object data=x></object><embed src=x>",
           "<style>p{background:url(javascript:alert(1))}</style>",
           "<p style=\"background-color:url(https://evil.example)\">x</p>",
           "<p style=\"color:expression(alert(1))\">x</p>",
           "<p style=\"position:fixed;top:0\">x</p>",
           "<p style=\"col\\6fr:red\">x</p>",
           "<base href=\"https://evil.example\"><form action=x><input name=y></form>",
           "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
           "<link rel=stylesheet href=x>",
           "<!--<img src=x onerror=alert(1)>-->",
           "<![CDATA[<img src=x onerror=alert(1)>]]>",
           "<p <script>alert(1)</script>>x</p>",
           "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
           "<template><img src=x onerror=alert(1)></template>",
           "<scr<script>ipt>alert(1)</scr</script>ipt>",
           "<plaintext><img src=x onerror=alert(1)>",
           "<textarea><img src=x onerror=alert(1)></textarea>",
           "<title><img src=x onerror=alert(1)></title>",
       }) {
    const auto clean = sanitize_html(attack);
    for (const std::string tag :
         {"<script", "<img", "<svg", "<iframe", "<object", "<embed", "<style", "<form", "<input",
          "<meta", "<link", "<base", "<math", "<textarea", "<template", "<plaintext", "<!--"}) {
      EXPECT_EQ(clean.find(tag), std::string::npos) << attack << " -> " << clean;
    }
    // Attributes: inside of a tag that stayed.
    for (size_t open = clean.find('<'); open != std::string::npos;
         open = clean.find('<', open + 1)) {
      const auto tag = clean.substr(open, clean.find('>', open) - open);
      for (const std::string bad :
           {" on", "javascript", "data:", "vbscript", "url(", "expression", "position", "src="}) {
        EXPECT_EQ(tag.find(bad), std::string::npos) << attack << " -> " << clean;
      }
    }
    EXPECT_EQ(sanitize_html(clean), clean) << attack;
  }
}

TEST(SanitizeHtml, TextStaysText) {
  EXPECT_EQ(sanitize_html("a &lt;b&gt; &amp; c"), "a &lt;b&gt; &amp; c");
  EXPECT_EQ(sanitize_html("<p>ä€漢</p>"), "<p>ä€漢</p>");
  EXPECT_EQ(sanitize_html("<font color=red>kept</font>").find("<font"), std::string::npos);
  EXPECT_NE(sanitize_html("<font color=red>kept</font>").find("kept"), std::string::npos);
  EXPECT_EQ(sanitize_html(""), "");
}

TEST(SanitizeHtml, DepthIsBounded) {
  std::string deep;
  for (int i = 0; i < 50'000; ++i) deep += "<div>";
  EXPECT_LT(sanitize_html(deep).size(), 2'000u);
}

}  // namespace
}  // namespace carillon::api
