#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mana::cli {

/// A word and where it stands on a map.
struct PlacedWord {
  std::string word;
  double x = 0;
  double y = 0;
};

/// Puts words on a plane by the two directions in which their vectors, at unit length, differ most (principal
/// components).      vectors: [words, dimensions]
std::vector<PlacedWord> place_words(std::span<const std::string> words, std::span<const float> vectors);

/// What every drawing and every page begins with: they are known by it when they are to be replaced.
inline constexpr std::string_view kDrawingBeginning = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ";
inline constexpr std::string_view kPageBeginning = "<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n<title>";

/// The map as a drawing that scales, right-to-left scripts included; what `title` says stands above it.
std::string map_as_svg(std::span<const PlacedWord> words, std::string_view title);
/// The same as a page that a browser shows.
std::string map_as_html(std::span<const PlacedWord> words, std::string_view title);

}  // namespace mana::cli
