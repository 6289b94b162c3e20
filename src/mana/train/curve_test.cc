#include "mana/train/curve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace mana::train {
namespace {

using testing::HasSubstr;
using testing::Not;

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t place = text.find(part); place != std::string::npos; place = text.find(part, place + 1)) ++found;
  return found;
}

TrainingCurve some_curve() {
  TrainingCurve curve;
  curve.title = "<b>R&D</b>";
  for (std::uint64_t step = 1; step <= 100; ++step) curve.loss.push_back({step, 1.0 / static_cast<double>(step)});
  curve.metric = "a < b & c";
  curve.scores = {{0, 50}, {50, 70}, {100, 60}};
  curve.best = 50;
  return curve;
}

TEST(Curve, IsOnePageThatNeedsNothingElse) {
  const std::string page = training_curve_page(some_curve());
  EXPECT_TRUE(page.starts_with("<!doctype html>"));
  EXPECT_TRUE(page.ends_with("</html>\n"));
  for (const char* outside : {"src=", "href=", "url(", "@import", "http:", "https:", "<script"}) {
    EXPECT_THAT(page, Not(HasSubstr(outside)));
  }
  EXPECT_EQ(count(page, "<svg"), 2U);
  EXPECT_EQ(count(page, "</svg>"), 2U);
  EXPECT_EQ(count(page, "class=\"dot\""), 2U);
  EXPECT_EQ(count(page, "<title>step "), 3U);
  EXPECT_THAT(page, HasSubstr("kept: step 50"));
  EXPECT_EQ(count(page, "class=\"best\""), 1U);
}

TEST(Curve, ShowsWhatHasBeenLoggedAndHow) {
  TrainingCurve curve = some_curve();
  curve.rate = curve.gradient_norm = curve.loss;
  const std::string page = training_curve_page(curve, {{"learning rate", "2e-05"}, {"optimizer", "a < b"}});
  EXPECT_EQ(count(page, "<svg"), 4U);
  EXPECT_EQ(count(page, ">step</text>"), 4U);
  for (const char* title : {">loss</text>", ">score</text>", ">rate</text>", ">norm</text>"}) {
    EXPECT_EQ(count(page, title), 1U) << title;
  }
  EXPECT_THAT(page, HasSubstr("<tr><th scope=\"row\">step 50</th><td>70.0000</td></tr>"));
  EXPECT_THAT(page, HasSubstr("<tr><th scope=\"row\">learning rate</th><td>2e-05</td></tr>"));
  EXPECT_THAT(page, HasSubstr("a &lt; b"));
}

TEST(Curve, WritesNamesAsTextNotAsMarkup) {
  const std::string page = training_curve_page(some_curve());
  EXPECT_THAT(page, HasSubstr("&lt;b&gt;R&amp;D&lt;/b&gt;"));
  EXPECT_THAT(page, HasSubstr("a &lt; b &amp; c"));
  EXPECT_THAT(page, Not(HasSubstr("<b>")));
}

TEST(Curve, DrawsOneStepNoStepAndEqualValues) {
  EXPECT_EQ(count(training_curve_page({}), "<svg"), 0U);
  for (const std::vector<CurvePoint>& points :
       {std::vector<CurvePoint>{{1, 0}}, {{1, 3}, {2, 3}}, {{1, -2}, {2, -2}, {3, -2}}}) {
    TrainingCurve curve;
    curve.loss = points;
    const std::string page = training_curve_page(curve);
    EXPECT_EQ(count(page, "<svg"), 1U);
    EXPECT_THAT(page, Not(HasSubstr("nan")));
    EXPECT_THAT(page, Not(HasSubstr("inf")));
  }
}

TEST(Curve, OfALongRunIsSmall) {
  TrainingCurve curve;
  for (std::uint64_t step = 1; step <= 100'000; ++step) curve.loss.push_back({step, 1});
  EXPECT_LT(training_curve_page(curve).size(), 150'000U);
}

}  // namespace
}  // namespace mana::train
