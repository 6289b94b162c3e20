#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "mana/base/random.h"
#include "mana/base/xxh64.h"
#include "mana/models/sentence/trainable_model.h"
#include "mana/train/sentence/token_rows.h"
#include "tests/support/source_path.h"

namespace mana::train {

/// What tests train: two layers of 32 from the fixtures, on rows of random tokens.
inline models::TrainableModel small_model(kernels::Precision precision = kernels::Precision::f32) {
  const std::filesystem::path folder = fixture_path("sentence_models/mean");
  return {formats::read_sentence_folder(folder), kernels::choose_isa(), precision};
}

inline TokenRows random_rows(std::size_t rows, std::size_t texts) {
  Random random(17);
  TokenRows result;
  result.name = "rows.tsv";
  result.facts.rows = rows;
  result.facts.texts = texts;
  for (std::size_t row = 0; row < rows; ++row) {
    const std::size_t begin = result.ids.size();
    for (std::size_t column = 0; column < texts; ++column) {
      const std::size_t first = result.ids.size();
      result.ids.push_back(2);
      for (std::uint64_t words = 2 + random.below(7); words > 0; --words) {
        result.ids.push_back(static_cast<text::TokenId>(5 + random.below(94)));
      }
      result.ids.push_back(3);
      result.begins.push_back(result.ids.size());
      result.facts.sums.push_back(xxh64(std::as_bytes(std::span(result.ids).subspan(first))));
    }
    result.facts.tokens.push_back(static_cast<std::uint32_t>(result.ids.size() - begin));
    result.lines.push_back(static_cast<std::uint32_t>(row + 2));
  }
  return result;
}

/// Rows with one number each, the numbers in turn.
inline TokenRows random_rows(std::size_t rows, std::size_t texts, const std::vector<float>& numbers) {
  TokenRows result = random_rows(rows, texts);
  result.labels = 1;
  for (std::size_t row = 0; row < rows; ++row) result.label_values.push_back(numbers[row % numbers.size()]);
  return result;
}

inline std::vector<float> weights_of(const models::TrainableModel& model) {
  std::vector<float> weights;
  for (const autograd::Parameter& parameter : model.parameters()) {
    weights.insert(weights.end(), parameter.values.begin(), parameter.values.end());
  }
  return weights;
}

}  // namespace mana::train
