#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mana/cli/words/label_placement.h"

namespace mana::cli {

/// A word and where it stands on a map.
struct PlacedWord {
  std::string word;
  double x = 0;
  double y = 0;
};

struct WordMap {
  std::vector<PlacedWord> words;
  double variance = 0;  ///< the share of it that the two axes hold
};

/// Puts words on a plane by the two directions in which their vectors, at unit length, differ most (principal
/// components).      vectors: [words, dimensions]
WordMap place_words(std::span<const std::string> words, std::span<const float> vectors);

/// "5 words of words.bin; the axes hold 71 % of the variance"
std::string title_of(const WordMap& map, std::string_view model);

/// A map as it is drawn: a dot for each word, and the box of its label.
struct WordDrawing {
  Size size;
  std::vector<Point> dots;
  std::vector<PlacedLabel> labels;
};
WordDrawing draw(const WordMap& map);

/// What every drawing begins with: it is known by it when it is to be replaced.
inline constexpr std::string_view kDrawingBeginning = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ";

/// The map as a drawing that scales, right-to-left scripts included; what `title` says stands above it.
std::string map_as_svg(const WordMap& map, std::string_view title);

}  // namespace mana::cli
