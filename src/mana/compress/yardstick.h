#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "mana/compress/agreement.h"
#include "mana/data/scored_pairs.h"
#include "mana/engine/encoder.h"
#include "mana/eval/embed_texts.h"

namespace mana::compress {

/// What a model is worth, as one number of points from −100 to 100 (0: it tells nothing), and how fast it is.
struct Worth {
  double points = 0;
  double texts_per_second = 0;
};

/// Measures models by the same texts.
class Yardstick {
 public:
  /// Points are Spearman's ρ of the cosines and people's judgements. Throws ArgumentError for fewer than two pairs or
  /// scores that are all the same.
  explicit Yardstick(data::ScoredPairs judged);
  /// Points are Spearman's ρ of a model's cosines and those of this one, which therefore has 100: the agreement on
  /// pairs of these texts of all kinds.
  Yardstick(const engine::Encoder& uncompressed, std::vector<std::string> texts, const std::stop_token& stop = {});

  std::size_t texts() const { return texts_.size(); }
  std::size_t pairs() const { return expected_.size(); }
  bool judged_by_people() const { return judged_; }

  /// Embeds the texts, again and again while that takes a moment only: the best pass counts. Throws Cancelled.
  Worth measure(const engine::Encoder& encoder, const eval::TextProgress& progress = {},
                const std::stop_token& stop = {}) const;

 private:
  std::vector<std::string> texts_;
  TextPairs pairs_;
  std::vector<double> expected_;  ///< [pairs]
  bool judged_ = false;
};

}  // namespace mana::compress
