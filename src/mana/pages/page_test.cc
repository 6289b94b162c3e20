#include "mana/pages/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mana::pages {
namespace {

using testing::HasSubstr;
using testing::Not;

Page some_page() { return {"explain pairs", "a < b & \"c\"", ".own{color:var(--first)}\n", "<p>body</p>\n"}; }

TEST(Page, HasItsTitleAsTextAndItsBodyAsMarkup) {
  const std::string html = html_of(some_page());
  EXPECT_TRUE(html.starts_with("<!doctype html>\n"));
  EXPECT_TRUE(html.ends_with("</html>\n"));
  EXPECT_THAT(html, HasSubstr("<title>a &lt; b &amp; &quot;c&quot;</title>"));
  EXPECT_THAT(html, HasSubstr("<h1 dir=\"auto\">a &lt; b"));
  EXPECT_THAT(html, HasSubstr("<p>body</p>\n"));
  EXPECT_THAT(html, HasSubstr(".own{color:var(--first)}"));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
}

TEST(Page, AsksForNothingElse) {
  const std::string html = html_of(some_page());
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  for (const char* outside : {"src=", "href=", "url(", "@import", "http:", "https:"}) {
    EXPECT_THAT(html, Not(HasSubstr(outside)));
  }
}

TEST(Page, HasItsScriptBehindItsBody) {
  Page page = some_page();
  page.script = "go();\n";
  EXPECT_THAT(html_of(page), HasSubstr("<p>body</p>\n<script>\ngo();\n</script>\n"));
}

TEST(Page, IsKnownByItsKind) {
  const std::string html = html_of(some_page());
  EXPECT_TRUE(is_page(html, "explain pairs"));
  EXPECT_FALSE(is_page(html, "explain"));
  EXPECT_FALSE(is_page(html, "explain pairs of words"));
  EXPECT_FALSE(is_page("<!doctype html>\n<html><p>explain pairs</p></html>", "explain pairs"));
  EXPECT_FALSE(is_page("", "explain pairs"));
}

TEST(Page, WritesAnyTextAsText) {
  EXPECT_EQ(escaped("<b a=\"1\">&amp;</b>"), "&lt;b a=&quot;1&quot;&gt;&amp;amp;&lt;/b&gt;");
  EXPECT_EQ(escaped("سلام\nx"), "سلام\nx");
  EXPECT_EQ(escaped(std::string_view("a\0b\x1b\xff", 5)), "a\uFFFDb\uFFFD\uFFFD");
}

}  // namespace
}  // namespace mana::pages
