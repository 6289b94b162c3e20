#include "mana/jobs/explain/positions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>
#include <utility>

#include "mana/base/errors.h"
#include "mana/jobs/option_error.h"

namespace mana::jobs {
namespace {

using models::PositionFacts;
using models::PositionTable;

constexpr std::size_t kUsual = 256, kMost = 2048;

PositionTable sinusoids(const PositionFacts& facts, std::size_t length) {
  const nn::Sinusoids made(length, facts.width, facts.sinusoids);
  PositionTable table{"sinusoids", length, facts.width, std::vector<float>(length * facts.width)};
  const std::span<const std::byte> bytes = made.stored().bytes;
  std::memcpy(table.values.data(), bytes.data(), bytes.size());
  return table;
}

std::vector<double> frequencies(const PositionFacts& facts) {
  const std::size_t half = facts.width / 2;
  const bool less_one = facts.sinusoids.last == nn::SinusoidShape::Last::half_width_less_one;
  const auto n = static_cast<double>(less_one ? half - 1 : half);
  std::vector<double> omega;
  omega.reserve(half);
  for (std::size_t i = 0; i < half; ++i) omega.push_back(std::pow(10000.0, -static_cast<double>(i) / n));
  return omega;
}

ExplainedTable explained(PositionTable table, std::size_t length) {
  table.positions = std::min(table.positions, length);
  table.values.resize(table.positions * table.width);
  std::vector<DistanceProducts> products;
  for (std::size_t distance = 0; distance < table.positions; ++distance) {
    const std::size_t pairs = table.positions - distance;
    DistanceProducts of{0, INFINITY, -INFINITY};
    for (std::size_t t = 0; t < pairs; ++t) {
      const float* const a = &table.values[t * table.width];
      const float* const b = a + distance * table.width;
      double dot = 0;
      for (std::size_t i = 0; i < table.width; ++i) dot += double{a[i]} * b[i];
      of.mean += dot / static_cast<double>(pairs);
      of.least = std::min(of.least, dot);
      of.most = std::max(of.most, dot);
    }
    products.push_back(of);
  }
  return {std::move(table), std::move(products)};
}

models::ShapeConfig shape_of(const PositionOptions& options) {
  return options.shape ? *options.shape : models::read_shape_config(*options.model / "config.json");
}

}  // namespace

void PositionOptions::check() const {
  if (!shape && !model) throw OptionError("`shape` or `model` is needed: whose positions are to be explained");
  if (length && (*length < 2 || *length > kMost)) {
    throw OptionError(fmt::format("`length` is from 2 to {} positions, not {}", kMost, *length));
  }
}

ExplainedPositions explain_positions(const PositionOptions& options) {
  options.check();
  ExplainedPositions found;
  found.facts = models::positions_of(shape_of(options));
  const PositionFacts& facts = found.facts;
  if (facts.width % 2 != 0 || facts.width < 4) {
    throw ArgumentError(fmt::format(
        "a width of {} has no pairs of sine and cosine; sinusoids need an even one from 4 on", facts.width));
  }
  if (options.length && *options.length > facts.positions) {
    throw ArgumentError(
        fmt::format("`length` {} is beyond the {} positions of the shape", *options.length, facts.positions));
  }
  const std::size_t length = options.length.value_or(std::min(kUsual, facts.positions));
  found.frequencies = frequencies(facts);
  found.sinusoids = explained(sinusoids(facts, length), length);
  if (!options.model) return found;
  for (PositionTable& table : models::trained_positions(*options.model)) {
    if (table.width != facts.width) {
      throw ArgumentError(
          fmt::format("the positions of {} have {} numbers and those of `shape` {}, so they cannot stand side by side; "
                      "leave one of them out",
                      options.model->string(), table.width, facts.width));
    }
    found.trained.push_back(explained(std::move(table), length));
  }
  if (found.trained.empty()) {
    throw ArgumentError(fmt::format("{} has no table of positions that was trained; {}", options.model->string(),
                                    options.shape ? "leave `model` out to see sinusoids"
                                                  : "see its sinusoids with `shape`, given its config.json, instead"));
  }
  return found;
}

}  // namespace mana::jobs
