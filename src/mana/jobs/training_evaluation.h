#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "mana/data/labelled_pairs.h"
#include "mana/data/scored_pairs.h"
#include "mana/data/triplets.h"
#include "mana/engine/encoder.h"
#include "mana/jobs/stage.h"
#include "mana/train/training_run.h"

namespace mana::jobs {

/// What a model is measured on while it is trained: one task at most.
struct EvaluationData {
  std::optional<std::string> eval_sts;        ///< a file of scored pairs
  std::optional<std::string> eval_retrieval;  ///< a BEIR folder
  std::optional<std::string> eval_pairs;      ///< a file of labelled pairs
  std::optional<std::string> eval_triplet;    ///< a file of triplets
  data::PairColumns sts_columns;              ///< what the columns of eval_sts are called
  data::LabelledPairColumns pairs_columns;    ///< those of eval_pairs
  data::TripletColumns triplet_columns;       ///< those of eval_triplet

  bool wanted() const { return eval_sts || eval_retrieval || eval_pairs || eval_triplet; }
  /// Which task it is, a sum of its data and the columns that were named, as text. Throws IoError.
  std::string fingerprint() const;
  /// Reads the data; nothing where none were named. `encoder` outlives it; `found` is told of columns that were found
  /// by their meaning. Throws OptionError for two tasks, and as the readers do.
  std::optional<train::Evaluation> load(const engine::Encoder& encoder, const std::function<void(std::string)>& found,
                                        const StageEvent& stage, std::stop_token stop) const;
};

}  // namespace mana::jobs
