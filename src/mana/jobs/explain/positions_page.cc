#include "mana/jobs/explain/positions_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "mana/pages/page.h"
#include "mana/text/base64.h"

namespace mana::jobs {
namespace {

using models::PositionTable;
using pages::escaped;

constexpr double kWidth = 800, kHeight = 220, kLeft = 44, kRight = 8, kTop = 10, kBottom = 30;
constexpr std::size_t kMostShown = 256;  // positions of a picture
constexpr std::array<std::string_view, 3> kColours = {"first", "second", "third"};

constexpr std::string_view kStyle =
    "canvas{image-rendering:pixelated;max-width:100%;border:1px solid var(--rule);display:block}"
    ".pictures{display:flex;flex-wrap:wrap;gap:1.5rem}.pictures figure{margin:0;flex:1 1 16rem;min-width:0}"
    ".pictures canvas{width:100%}figcaption{font-size:.85rem;color:var(--faint)}"
    "path{fill:none;stroke-width:2}.grid{stroke:var(--rule);stroke-width:1}.first{stroke:var(--first)}"
    ".second{stroke:var(--second)}.third{stroke:var(--third)}.end{text-anchor:end}.middle{text-anchor:middle}"
    "svg text.first{fill:var(--first)}svg text.second{fill:var(--second)}"
    "svg text.third{fill:var(--third)}svg "
    "text.key{font-weight:600;paint-order:stroke;stroke:var(--paper);stroke-width:4px}\n";

// Paints numbers from -127 to 127: what is below 0 in one colour, above it in another, 0 as the paper.
constexpr std::string_view kScript =
    "function rgb(name){const probe=document.createElement('i');probe.style.color=`var(--${name})`;\n"
    "document.body.append(probe);const c=getComputedStyle(probe).color.match(/[\\d.]+/g).map(Number);\n"
    "probe.remove();return c}\n"
    "function paint(){const paper=rgb('paper'),low=rgb('second'),high=rgb('first');\n"
    "for(const canvas of document.querySelectorAll('canvas')){\n"
    "const bytes=atob(canvas.dataset.numbers),to=canvas.getContext('2d'),\n"
    "image=to.createImageData(canvas.width,canvas.height);\n"
    "for(let i=0;i<bytes.length;i++){const code=bytes.charCodeAt(i),v=(code>127?code-256:code)/127,\n"
    "end=v<0?low:high,a=Math.abs(v);\n"
    "for(let k=0;k<3;k++)image.data[4*i+k]=paper[k]+(end[k]-paper[k])*a;image.data[4*i+3]=255}\n"
    "to.putImageData(image,0,0)}}\n"
    "paint();matchMedia('(prefers-color-scheme:dark)').addEventListener('change',paint);\n";

/// The size of the strongest colour: one number in a hundred is larger, so that a few do not make all others pale.
double strongest(std::vector<double> numbers) {
  for (double& number : numbers) number = std::abs(number);
  const auto at = numbers.begin() + static_cast<std::ptrdiff_t>((numbers.size() - 1) * 99 / 100);
  std::ranges::nth_element(numbers, at);
  return *at > 0 ? *at : std::max(1e-30, std::ranges::max(numbers));
}

/// Numbers as a picture, a pixel each.
std::string picture(std::size_t rows, std::size_t columns, const std::function<double(std::size_t, std::size_t)>& at,
                    const std::string& caption) {
  std::vector<double> numbers;
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) numbers.push_back(at(r, c));
  }
  const double full = strongest(numbers);
  std::string bytes;
  for (const double number : numbers) {
    bytes += static_cast<char>(static_cast<std::int8_t>(std::lround(std::clamp(number / full, -1.0, 1.0) * 127)));
  }
  return fmt::format(
      "<figure><canvas width=\"{}\" height=\"{}\" role=\"img\" aria-label=\"{}\" data-numbers=\"{}\"></canvas>"
      "<figcaption>{}; full colour from {:.2g} on</figcaption></figure>\n",
      columns, rows, escaped(caption), text::encode_base64(bytes), escaped(caption), full);
}

std::string pictures(const PositionTable& table) {
  const std::size_t shown = std::min(table.positions, kMostShown);
  const auto row = [&](std::size_t t) { return &table.values[t * table.width]; };
  std::vector<double> products(shown * shown);
  for (std::size_t a = 0; a < shown; ++a) {
    for (std::size_t b = 0; b < shown; ++b) {
      for (std::size_t i = 0; i < table.width; ++i) products[a * shown + b] += double{row(a)[i]} * row(b)[i];
    }
  }
  return "<div class=\"pictures\">\n" +
         picture(
             shown, table.width, [&](std::size_t t, std::size_t i) { return double{row(t)[i]}; },
             fmt::format("{} positions from top to bottom, {} numbers of each from left to right", shown,
                         table.width)) +
         picture(
             shown, shown, [&](std::size_t a, std::size_t b) { return products[a * shown + b]; },
             fmt::format("the dot product of each of {} positions with each", shown)) +
         "</div>\n";
}

/// A chart of curves over 0 to `last`, each a function of it, between two values.
class Chart {
 public:
  Chart(std::size_t last, double low, double high, const std::string& label)
      : last_(static_cast<double>(last)), low_(low), high_(high) {
    svg_ = fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n", kWidth, kHeight, escaped(label));
    for (const double value : {low, (low + high) / 2, high}) {
      svg_ += fmt::format(
          "<path class=\"grid\" d=\"M{} {:.1f}H{}\"/><text class=\"end\" x=\"{}\" y=\"{:.1f}\">{:.2g}"
          "</text>\n",
          kLeft, y(value), kWidth - kRight, kLeft - 6, y(value) + 4, value);
    }
    for (int i = 0; i <= 4; ++i) {
      const double at = std::floor(last_ * i / 4);
      svg_ += fmt::format("<text class=\"{}\" x=\"{:.1f}\" y=\"{}\">{:.0f}</text>\n", i == 4 ? "end" : "middle", x(at),
                          kHeight - 10, at);
    }
  }

  void add(std::string_view colour, const std::function<double(std::size_t)>& value) {
    std::string path;
    for (std::size_t t = 0; t <= static_cast<std::size_t>(last_); ++t) {
      path += fmt::format("{}{:.1f} {:.1f}", t == 0 ? 'M' : 'L', x(static_cast<double>(t)), y(value(t)));
    }
    svg_ += fmt::format("<path class=\"{}\" d=\"{}\"/>\n", colour, path);
  }
  void name(std::string_view colour, std::size_t line, const std::string& name) {
    svg_ += fmt::format("<text class=\"key end {}\" x=\"{}\" y=\"{}\">{}</text>\n", colour, kWidth - kRight - 6,
                        kTop + 16 * static_cast<double>(line + 1), escaped(name));
  }
  std::string end() const { return svg_ + "</svg>\n"; }

 private:
  double x(double at) const { return kLeft + at / std::max(1.0, last_) * (kWidth - kLeft - kRight); }
  double y(double value) const { return kTop + (high_ - value) / (high_ - low_) * (kHeight - kTop - kBottom); }

  double last_, low_, high_;
  std::string svg_;
};

std::string curves(const ExplainedPositions& positions) {
  const std::size_t last = std::min<std::size_t>(positions.sinusoids.table.positions, 129) - 1;
  Chart chart(last, -1, 1, "sines of three frequencies by position");
  const std::size_t half = positions.frequencies.size();
  const std::array<std::size_t, 3> pairs = {0, half / 8, half / 4};
  const double first = static_cast<double>(positions.facts.sinusoids.first);
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    const double omega = positions.frequencies[pairs[k]];
    if (k > 0 && pairs[k] == pairs[k - 1]) continue;
    chart.add(kColours[k], [&](std::size_t t) { return std::sin(omega * (static_cast<double>(t) + first)); });
    chart.name(kColours[k], k, fmt::format("i = {}: a period of {:.1f} positions", pairs[k], 2 * M_PI / omega));
  }
  return "<div class=\"wide\" tabindex=\"0\">" + chart.end() + "</div>\n";
}

/// The mean dot product by distance, of each table as a share of that at distance 0.
std::string by_distance(const ExplainedPositions& positions) {
  std::vector<const ExplainedTable*> tables = {&positions.sinusoids};
  for (const ExplainedTable& table : positions.trained) tables.push_back(&table);
  tables.resize(std::min(tables.size(), kColours.size()));
  const auto share = [](const ExplainedTable& table, std::size_t distance) {
    const double whole = table.products.front().mean;
    return whole > 0 ? table.products[std::min(distance, table.products.size() - 1)].mean / whole : 0;
  };
  std::size_t last = positions.sinusoids.products.size() - 1;
  double low = 0;
  for (const ExplainedTable* const table : tables) {
    for (std::size_t distance = 0; distance <= last; ++distance) low = std::min(low, share(*table, distance));
  }
  Chart chart(last, low, 1, "mean dot product by distance");
  for (std::size_t k = 0; k < tables.size(); ++k) {
    chart.add(kColours[k], [&](std::size_t distance) { return share(*tables[k], distance); });
    chart.name(kColours[k], k, tables[k]->table.name);
  }
  return "<div class=\"wide\" tabindex=\"0\">" + chart.end() + "</div>\n";
}

}  // namespace

std::string positions_page(const ExplainedPositions& positions) {
  const models::PositionFacts& facts = positions.facts;
  std::string body = fmt::format(
      "<p>The model's positions are <b>{}</b>. A sinusoid is <span class=\"formula\">p<sub>t</sub> = (sin "
      "ω<sub>i</sub>t, "
      "cos ω<sub>i</sub>t)</span> with <span class=\"formula\">ω<sub>i</sub> = 10000<sup>−i / n</sup></span>, here {} "
      "pairs. Two positions are as alike as their distance Δ says, wherever they stand: <span class=\"formula\">"
      "p<sub>t</sub> · p<sub>t+Δ</sub> = Σ cos(ω<sub>i</sub>Δ)</span>.</p>\n"
      "<h2>Sines of three frequencies, by position</h2>\n{}<h2>Dot products by distance, as a share of that at "
      "0</h2>\n{}",
      facts.kind, positions.frequencies.size(), curves(positions), by_distance(positions));
  body +=
      "<p class=\"faint\">Below, numbers above 0 are blue, those below it orange; the strongest colour "
      "begins where one number in a hundred is larger.</p>\n<h2>Sinusoids</h2>\n";
  body += pictures(positions.sinusoids.table);
  for (const ExplainedTable& trained : positions.trained) {
    body += fmt::format("<h2>{}, trained</h2>\n{}", escaped(trained.table.name), pictures(trained.table));
  }
  return pages::html_of(
      {.kind = kPositionsPage,
       .title = fmt::format("{} positions of {} numbers", positions.sinusoids.table.positions, facts.width),
       .style = kStyle,
       .body = body,
       .script = kScript});
}

}  // namespace mana::jobs
