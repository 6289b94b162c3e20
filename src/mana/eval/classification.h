#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "mana/data/labelled_texts.h"
#include "mana/engine/encoder.h"
#include "mana/eval/classification_scores.h"
#include "mana/eval/embed_texts.h"

namespace mana::eval {

/// Classification: how well a logistic regression on the vectors of training texts tells the classes of others.
struct ClassificationResult {
  ClassificationScores scores;
  std::vector<std::string> names;  ///< of the classes, by the numbers that the scores have
  std::size_t train = 0;           ///< texts
  std::size_t test = 0;            ///< texts
  std::size_t classes = 0;         ///< among the training texts
  std::size_t unseen = 0;          ///< test texts of other classes: they count, as wrong
  std::size_t truncated = 0;       ///< texts of which some did not reach the vector
  std::size_t iterations = 0;      ///< of the minimiser
  bool converged = false;
};

struct ClassificationProgress {
  TextProgress texts = {};  ///< those for training, then those for testing
  std::function<void(std::size_t iteration)> fitting = {};
};

/// Fits on `train` with C = 1, scores on `test`. Throws ArgumentError when `train` has fewer than two classes or `test`
/// is empty, Cancelled once `stop` is requested.
ClassificationResult evaluate_classification(const engine::Encoder& encoder, const data::LabelledTexts& train,
                                             const data::LabelledTexts& test,
                                             const ClassificationProgress& progress = {},
                                             const std::stop_token& stop = {});

}  // namespace mana::eval
