#include "mana/cli/word_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "mana/compress/principal_axes.h"
#include "mana/text/repaired_text.h"

namespace mana::cli {
namespace {

constexpr double kWidth = 1000;
constexpr double kHeight = 700;
constexpr double kMargin = 70;

/// Text between tags; what XML cannot hold becomes U+FFFD.
std::string escaped(std::string_view text) {
  const text::RepairedText repaired(text);
  std::string result;
  for (const char c : repaired.text()) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      default: result += static_cast<unsigned char>(c) < ' ' ? "\uFFFD" : std::string(1, c);
    }
  }
  return result;
}

/// From the words' own extent to that of the drawing.
class Scale {
 public:
  Scale(std::span<const PlacedWord> words, double PlacedWord::*coordinate, double begin, double end)
      : coordinate_(coordinate), begin_(begin), end_(end) {
    const auto [least, most] = std::ranges::minmax(words, {}, coordinate);
    least_ = least.*coordinate;
    extent_ = most.*coordinate - least_;
  }
  double operator()(const PlacedWord& word) const {
    return extent_ > 0 ? begin_ + (word.*coordinate_ - least_) / extent_ * (end_ - begin_) : (begin_ + end_) / 2;
  }

 private:
  double PlacedWord::*coordinate_;
  double begin_;
  double end_;
  double least_ = 0;
  double extent_ = 0;
};

}  // namespace

std::vector<PlacedWord> place_words(std::span<const std::string> words, std::span<const float> vectors) {
  const std::size_t dimensions = vectors.size() / words.size();
  std::vector<double> centre(dimensions);
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    centre[i % dimensions] += double{vectors[i]} / static_cast<double>(words.size());
  }
  const compress::PrincipalAxes axes = compress::principal_axes(vectors, dimensions, centre);
  const auto along = [&](std::size_t word, std::size_t axis) {
    double sum = 0;
    if (axis >= dimensions) return sum;
    for (std::size_t i = 0; i < dimensions; ++i) {
      sum += axes.axis(axis)[i] * (double{vectors[word * dimensions + i]} - centre[i]);
    }
    return sum;
  };
  std::vector<PlacedWord> placed;
  placed.reserve(words.size());
  for (std::size_t word = 0; word < words.size(); ++word)
    placed.push_back({words[word], along(word, 0), along(word, 1)});
  return placed;
}

std::string map_as_svg(std::span<const PlacedWord> words, std::string_view title) {
  const Scale x(words, &PlacedWord::x, kMargin, kWidth - kMargin);
  const Scale y(words, &PlacedWord::y, kHeight - kMargin, kMargin);
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" font-family=\"sans-serif\" font-size=\"15\">\n"
      "<title>{2}</title>\n"
      "<rect width=\"{0}\" height=\"{1}\" fill=\"#fff\"/>\n"
      "<text x=\"20\" y=\"32\" font-size=\"18\" fill=\"#555\">{2}</text>\n",
      kWidth, kHeight, escaped(title));
  for (const PlacedWord& word : words) {
    svg += fmt::format(
        "<circle cx=\"{0:.1f}\" cy=\"{1:.1f}\" r=\"4\" fill=\"#2563eb\"/>"
        "<text x=\"{0:.1f}\" y=\"{2:.1f}\" text-anchor=\"middle\">{3}</text>\n",
        x(word), y(word), y(word) - 9, escaped(word.word));
  }
  return svg + "</svg>\n";
}

std::string map_as_html(std::span<const PlacedWord> words, std::string_view title) {
  return fmt::format(
      "<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n"
      "<style>body {{ margin: 0 }} svg {{ width: 100vw; height: 100vh "
      "}}</style>\n</head>\n<body>\n{}</body>\n</html>\n",
      escaped(title), map_as_svg(words, title));
}

}  // namespace mana::cli
