#pragma once

#include <span>
#include <vector>

namespace mana::cli {

/// On a drawing; y grows downwards.
struct Point {
  double x = 0;
  double y = 0;
};
struct Size {
  double width = 0;
  double height = 0;
};
struct Box {
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;
};

/// Where a label stands in relation to its dot: to the left, centred above or below, or to the right.
enum class LabelSide { left, centre, right };
struct PlacedLabel {
  LabelSide side = LabelSide::centre;
  Box box;
};

/// Puts a label beside each of `dots`, of `radius`, on the side where it covers as little as can be of other labels, of
/// dots and of what lies outside `page`: each in turn where it fits best, then all once more, now that the others are
/// there. Above is preferred.
std::vector<PlacedLabel> place_labels(std::span<const Point> dots, std::span<const Size> labels, double radius,
                                      const Box& page);

}  // namespace mana::cli
