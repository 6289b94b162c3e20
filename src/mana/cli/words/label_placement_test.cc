#include "mana/cli/words/label_placement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace mana::cli {
namespace {

constexpr Box kPage{0, 0, 400, 300};
constexpr double kRadius = 4;

std::vector<PlacedLabel> place(const std::vector<Point>& dots) {
  return place_labels(dots, std::vector<Size>(dots.size(), Size{60, 16}), kRadius, kPage);
}

bool meet(const Box& a, const Box& b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

TEST(LabelPlacement, PrefersAboveTheDot) {
  const PlacedLabel label = place({{200, 150}}).front();
  EXPECT_EQ(label.side, LabelSide::centre);
  EXPECT_EQ(label.box.left, 170);
  EXPECT_LT(label.box.bottom, 150 - kRadius);
}

TEST(LabelPlacement, StaysOnThePage) {
  for (const Point& corner : {Point{1, 1}, {399, 1}, {1, 299}, {399, 299}}) {
    const Box box = place({corner}).front().box;
    EXPECT_TRUE(box.left >= 0 && box.top >= 0 && box.right <= 400 && box.bottom <= 300) << corner.x << ' ' << corner.y;
  }
}

TEST(LabelPlacement, CoversNeitherLabelsNorDots) {
  const std::vector<Point> dots = {{200, 150}, {206, 152}, {190, 170}, {230, 140}, {100, 100}, {130, 102}, {160, 101}};
  const std::vector<PlacedLabel> labels = place(dots);
  for (std::size_t i = 0; i < dots.size(); ++i) {
    for (std::size_t j = 0; j < dots.size(); ++j) {
      EXPECT_TRUE(i == j || !meet(labels[i].box, labels[j].box)) << i << ' ' << j;
      const Point& dot = dots[j];
      EXPECT_FALSE(meet(labels[i].box, {dot.x - kRadius, dot.y - kRadius, dot.x + kRadius, dot.y + kRadius}))
          << i << ' ' << j;
    }
  }
}

TEST(LabelPlacement, OfNothingIsNothing) { EXPECT_TRUE(place({}).empty()); }

}  // namespace
}  // namespace mana::cli
