#include "mana/train/curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <string_view>

#include "mana/pages/page.h"

namespace mana::train {
namespace {

constexpr double kWidth = 860, kHeight = 272, kLeft = 84, kRight = 16, kTop = 28, kBottom = 48;
constexpr std::size_t kMostPoints = 2000;
constexpr std::string_view kStyle =
    "svg{margin-block:1rem}.title{font-size:13px}.end{text-anchor:end}.middle{text-anchor:middle}path{fill:none}"
    ".grid{stroke:var(--rule)}.raw{stroke:var(--first);opacity:.35}.loss{stroke:var(--first);stroke-width:2}"
    ".score{stroke:var(--second);stroke-width:2}.dot{fill:var(--second)}.best{fill:var(--third)}.near{fill:transparent}"
    "\n";

/// A distance between ticks that people like: 1, 2 or 5 times a power of ten, about five of them in `range`.
double tick_distance(double range) {
  const double rough = range / 5, power = std::pow(10, std::floor(std::log10(rough)));
  for (const double step : {1.0, 2.0, 5.0}) {
    if (step * power >= rough) return step * power;
  }
  return 10 * power;
}

/// Maps steps and values to the places of a chart.
struct Axes {
  double last_step = 1, low = 0, high = 1;

  Axes(std::uint64_t steps, std::span<const CurvePoint> points)
      : last_step(std::max<double>(1, static_cast<double>(steps))) {
    low = std::numeric_limits<double>::infinity();
    high = -low;
    for (const CurvePoint& point : points) {
      low = std::min(low, point.value);
      high = std::max(high, point.value);
    }
    const double margin = high > low ? (high - low) / 20 : std::max(std::abs(high) / 20, 1e-9);
    low -= margin;
    high += margin;
  }
  double x(double step) const { return kLeft + step / last_step * (kWidth - kLeft - kRight); }
  double y(double value) const { return kHeight - kBottom - (value - low) / (high - low) * (kHeight - kTop - kBottom); }
};

/// What a chart is called, and what its values are.
struct Names {
  std::string title, values;
};

std::string grid(const Axes& axes, const Names& names) {
  const double middle = (kTop + kHeight - kBottom) / 2;
  std::string svg = fmt::format(
      "<text class=\"title\" x=\"{}\" y=\"18\">{}</text>\n<text class=\"middle\" transform=\"rotate(-90)\" x=\"{}\" "
      "y=\"14\">{}</text>\n<text class=\"middle\" x=\"{}\" y=\"{}\">step</text>\n",
      kLeft, pages::escaped(names.title), -middle, pages::escaped(names.values), (kLeft + kWidth - kRight) / 2,
      kHeight - 8);
  const double rise = tick_distance(axes.high - axes.low), run = std::max(1.0, tick_distance(axes.last_step));
  for (double value = std::ceil(axes.low / rise) * rise; value <= axes.high; value += rise) {
    const double shown = std::abs(value) < rise / 1e6 ? 0 : value;
    svg += fmt::format(
        "<path class=\"grid\" d=\"M{} {:.1f}H{}\"/><text class=\"end\" x=\"{}\" y=\"{:.1f}\">{:.5g}</text>\n", kLeft,
        axes.y(value), kWidth - kRight, kLeft - 8, axes.y(value) + 4, shown);
  }
  for (double step = 0; step <= axes.last_step; step += run) {
    svg += fmt::format("<text class=\"middle\" x=\"{:.1f}\" y=\"{}\">{:.0f}</text>\n", axes.x(step),
                       kHeight - kBottom + 18, step);
  }
  return svg;
}

std::string line(const Axes& axes, std::span<const CurvePoint> points, std::string_view style) {
  std::string path;
  const std::size_t stride = std::max<std::size_t>(1, points.size() / kMostPoints);
  for (std::size_t i = 0; i < points.size(); i += stride) {
    path += fmt::format("{}{:.1f} {:.1f}", i == 0 ? 'M' : 'L', axes.x(static_cast<double>(points[i].step)),
                        axes.y(points[i].value));
  }
  return fmt::format("<path class=\"{}\" d=\"{}\"/>\n", style, path);
}

/// The mean of the last fiftieth of all points, at each of them.
std::vector<CurvePoint> running_mean(std::span<const CurvePoint> points) {
  const std::size_t window = std::max<std::size_t>(1, points.size() / 50);
  std::vector<CurvePoint> means;
  double sum = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    sum += points[i].value;
    if (i >= window) sum -= points[i - window].value;
    means.push_back({points[i].step, sum / static_cast<double>(std::min(i + 1, window))});
  }
  return means;
}

std::string chart(const std::string& inner) {
  return fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\">\n{}</svg>\n", kWidth, kHeight, inner);
}

/// What each logged step has, as a line; empty without any.
std::string chart_of(std::span<const CurvePoint> points, std::uint64_t steps, const Names& names) {
  if (points.empty()) return {};
  const Axes axes(steps, points);
  return chart(grid(axes, names) + line(axes, points, "loss"));
}

/// The same of what goes up and down: the line of a running mean before that of the points.
std::string chart_of_noise(std::span<const CurvePoint> points, std::uint64_t steps, const Names& names) {
  if (points.empty()) return {};
  const Axes axes(steps, points);
  return chart(grid(axes, names) + line(axes, points, "raw") + line(axes, running_mean(points), "loss"));
}

std::string chart_of_scores(const TrainingCurve& curve, std::uint64_t steps) {
  if (curve.scores.empty()) return {};
  const Axes axes(steps, curve.scores);
  std::string dots;
  for (const CurvePoint& point : curve.scores) {
    const double x = axes.x(static_cast<double>(point.step)), y = axes.y(point.value);
    dots += fmt::format(
        "<circle class=\"{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\"/><circle class=\"near\" cx=\"{:.1f}\" "
        "cy=\"{:.1f}\" r=\"12\"><title>step {}: {:.4f}</title></circle>\n",
        curve.best == point.step ? "best" : "dot", x, y, x, y, point.step, point.value);
  }
  const std::string kept = curve.best ? fmt::format("; kept: step {}", *curve.best) : "";
  return chart(grid(axes, {curve.metric + kept, "score"}) + line(axes, curve.scores, "score") + dots);
}

std::string table(std::string_view title, const std::vector<std::pair<std::string, std::string>>& rows) {
  if (rows.empty()) return {};
  std::string html = fmt::format("<h2>{}</h2>\n<table>\n", title);
  for (const auto& [name, value] : rows) {
    html += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", pages::escaped(name), pages::escaped(value));
  }
  return html + "</table>\n";
}

}  // namespace

std::string training_curve_page(const TrainingCurve& curve,
                                const std::vector<std::pair<std::string, std::string>>& settings) {
  std::uint64_t steps = 0;
  for (const auto* points : {&curve.loss, &curve.scores}) {
    for (const CurvePoint& point : *points) steps = std::max(steps, point.step);
  }
  std::vector<std::pair<std::string, std::string>> scores;
  scores.reserve(curve.scores.size());
  for (const CurvePoint& point : curve.scores) {
    scores.emplace_back(fmt::format("step {}", point.step), fmt::format("{:.4f}", point.value));
  }
  const std::string body =
      chart_of_noise(curve.loss, steps, {"loss by step, and its running mean", "loss"}) +
      chart_of_scores(curve, steps) + chart_of(curve.rate, steps, {"learning rate by step", "rate"}) +
      chart_of_noise(curve.gradient_norm, steps,
                     {"norm of the gradient by step, before it is clipped, and its running mean", "norm"}) +
      table("Evaluations", scores) + table("Settings", settings);
  return pages::html_of({.kind = "training curve", .title = curve.title, .style = kStyle, .body = body});
}

}  // namespace mana::train
