#include "mana/cli/words/label_placement.h"

#include <algorithm>
#include <array>
#include <limits>

namespace mana::cli {
namespace {

double common_area(const Box& a, const Box& b) {
  const double width = std::min(a.right, b.right) - std::max(a.left, b.left);
  const double height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}

double area(const Box& box) { return (box.right - box.left) * (box.bottom - box.top); }

/// The places of a label around its dot, the best first: above, to the right, below, to the left, then the corners.
std::array<PlacedLabel, 8> places_around(const Point& dot, const Size& size, double radius) {
  const double gap = radius + 2;
  const auto at = [&](LabelSide side, double y) {
    const double left = side == LabelSide::left     ? dot.x - gap - size.width
                        : side == LabelSide::centre ? dot.x - size.width / 2
                                                    : dot.x + gap;
    return PlacedLabel{side, {left, y, left + size.width, y + size.height}};
  };
  const double above = dot.y - gap - size.height, beside = dot.y - size.height / 2, below = dot.y + gap;
  const double higher = dot.y - size.height, lower = dot.y;
  using enum LabelSide;
  return {at(centre, above), at(right, beside), at(centre, below), at(left, beside),
          at(right, higher), at(left, higher),  at(right, lower),  at(left, lower)};
}

}  // namespace

std::vector<PlacedLabel> place_labels(std::span<const Point> dots, std::span<const Size> labels, double radius,
                                      const Box& page) {
  constexpr int kPasses = 3;
  std::vector<PlacedLabel> placed;
  placed.reserve(dots.size());
  const auto covered = [&](std::size_t label, const Box& box) {
    double sum = 2 * (area(box) - common_area(box, page));  // a label that is cut off is worse than one that is covered
    for (std::size_t other = 0; other < dots.size(); ++other) {
      if (other == label) continue;
      const Point& dot = dots[other];
      sum += common_area(box, {dot.x - radius, dot.y - radius, dot.x + radius, dot.y + radius});
      if (other < placed.size()) sum += common_area(box, placed[other].box);
    }
    return sum;
  };
  for (int pass = 0; pass < kPasses; ++pass) {
    for (std::size_t label = 0; label < dots.size(); ++label) {
      double least = std::numeric_limits<double>::infinity();
      PlacedLabel best;
      for (const PlacedLabel& place : places_around(dots[label], labels[label], radius)) {
        const double sum = covered(label, place.box);
        if (sum < least) best = place;
        least = std::min(least, sum);
      }
      if (pass == 0) {
        placed.push_back(best);
      } else {
        placed[label] = best;
      }
    }
  }
  return placed;
}

}  // namespace mana::cli
