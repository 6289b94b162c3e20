#pragma once

#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

#include "mana/data/labelled_texts.h"
#include "mana/engine/encoder.h"
#include "mana/eval/classification_scores.h"
#include "mana/formats/classifier_head.h"
#include "mana/jobs/stage.h"

namespace mana::jobs {

/// How well a finished classifier tells the classes of texts.
struct ClassifierScores {
  std::size_t texts = 0;
  std::size_t unseen = 0;     ///< whose class is none of those that were learnt: they count, as wrong
  std::size_t truncated = 0;  ///< of which some did not reach the vector
  std::size_t learnt = 0;     ///< classes that the classifier knows
  eval::ClassificationScores scores = {};
  std::vector<std::string> names = {};  ///< of the classes, by the numbers that `scores` has
};

/// Of a head upon the vectors that `encoder` makes for it. Throws ArgumentError when there are no texts, Cancelled once
/// `stop` is requested.
ClassifierScores score_classifier(const engine::Encoder& encoder, const formats::ClassifierHead& head,
                                  const data::LabelledTexts& texts, const StageEvent& stage,
                                  const std::stop_token& stop = {});

}  // namespace mana::jobs
