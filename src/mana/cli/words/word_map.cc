#include "mana/cli/words/word_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string_view>
#include <utility>

#include "mana/compress/principal_axes.h"
#include "mana/pages/page.h"
#include "mana/text/repaired_text.h"
#include "mana/text/utf8.h"

namespace mana::cli {
namespace {

constexpr double kWidth = 1000;
constexpr double kHeight = 700;
constexpr double kMargin = 50;
constexpr double kEdge = 12;           // where no label stands
constexpr double kTitle = 40;          // the height of what stands above the map
constexpr double kWordsOfAPage = 100;  // of more words the page is larger, so that there is room for their labels
constexpr double kFont = 15;
constexpr double kDescent = 0.2;  // of a letter below its line, as a share of the font's size
constexpr double kRadius = 3.5;

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

/// About that of a sans-serif font; ideographs and the like are as wide as they are high.
double text_width(std::string_view text) {
  constexpr char32_t kFirstWide = 0x1100;
  const text::RepairedText repaired(text);
  const char* const end = repaired.text().data() + repaired.text().size();
  double width = 0;
  for (const char* at = repaired.text().data(); at != end;) width += text::decode(at) < kFirstWide ? 0.58 : 1;
  return width * kFont;
}

/// Where SVG begins, centres or ends a text, and the place of that.
std::pair<std::string_view, double> anchor_of(const PlacedLabel& label) {
  switch (label.side) {
    case LabelSide::left: return {"end", label.box.right};
    case LabelSide::right: return {"start", label.box.left};
    case LabelSide::centre: break;
  }
  return {"middle", (label.box.left + label.box.right) / 2};
}

}  // namespace

WordMap place_words(std::span<const std::string> words, std::span<const float> vectors) {
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
  WordMap map;
  for (std::size_t word = 0; word < words.size(); ++word) {
    map.words.push_back({words[word], along(word, 0), along(word, 1)});
  }
  const double all = std::accumulate(axes.variances.begin(), axes.variances.end(), 0.0);
  const double held = std::accumulate(
      axes.variances.begin(), axes.variances.begin() + std::min<std::ptrdiff_t>(2, std::ssize(axes.variances)), 0.0);
  map.variance = all > 0 ? held / all : 1;
  return map;
}

std::string title_of(const WordMap& map, std::string_view model) {
  return fmt::format("{} words of {}; the axes hold {:.0f} % of the variance", map.words.size(), model,
                     100 * map.variance);
}

WordDrawing draw(const WordMap& map) {
  const double size = std::max(1.0, std::sqrt(static_cast<double>(map.words.size()) / kWordsOfAPage));
  WordDrawing drawing{{kWidth * size, kHeight * size}, {}, {}};
  const Scale x(map.words, &PlacedWord::x, kMargin, drawing.size.width - kMargin);
  const Scale y(map.words, &PlacedWord::y, drawing.size.height - kMargin, kTitle + kMargin);
  std::vector<Size> sizes;
  for (const PlacedWord& word : map.words) {
    drawing.dots.push_back({x(word), y(word)});
    sizes.push_back({text_width(word.word), kFont});
  }
  drawing.labels = place_labels(drawing.dots, sizes, kRadius,
                                {kEdge, kTitle, drawing.size.width - kEdge, drawing.size.height - kEdge});
  return drawing;
}

std::string map_as_svg(const WordMap& map, std::string_view title) {
  const WordDrawing drawing = draw(map);
  std::string svg = fmt::format(
      "{4}{0:.0f} {1:.0f}\" font-family=\"sans-serif\" font-size=\"{2}\">\n"
      "<title>{3}</title>\n"
      "<rect width=\"{0:.0f}\" height=\"{1:.0f}\" fill=\"#fff\"/>\n"
      "<text x=\"20\" y=\"32\" font-size=\"18\" fill=\"#555\">{3}</text>\n",
      drawing.size.width, drawing.size.height, kFont, pages::escaped(title), kDrawingBeginning);
  for (const Point& dot : drawing.dots) {
    svg += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\" fill=\"#2563eb\"/>\n", dot.x, dot.y, kRadius);
  }
  // Where words stand too close for that, a rim of white keeps them readable.
  svg += "<g paint-order=\"stroke\" stroke=\"#fff\" stroke-width=\"3\" stroke-linejoin=\"round\">\n";
  for (std::size_t i = 0; i < map.words.size(); ++i) {
    const Box& box = drawing.labels[i].box;
    const auto [anchor, at] = anchor_of(drawing.labels[i]);
    svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", at,
                       box.bottom - kDescent * kFont, anchor, pages::escaped(map.words[i].word));
  }
  return svg + "</g>\n</svg>\n";
}

}  // namespace mana::cli
