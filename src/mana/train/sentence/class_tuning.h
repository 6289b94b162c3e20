#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>

#include "mana/data/class_pairs.h"
#include "mana/engine/encoder.h"
#include "mana/models/sentence/trainable_model.h"
#include "mana/train/sentence/token_rows.h"
#include "mana/train/trainer.h"

namespace mana::train {

/// How an encoder is tuned to few texts of known classes, before a classifier is fitted to its vectors.
struct ClassTuning {
  std::size_t rounds = 20;  ///< data::class_pairs
  std::uint64_t epochs = 1;
  std::size_t batch = 16;
  double rate = 2e-5;
  std::uint64_t seed = 0;

  bool operator==(const ClassTuning&) const = default;
};

/// Told of each step, and how many there are.
using TuningProgress = std::function<void(const StepReport& report, std::uint64_t total)>;

/// SetFit (Tunstall et al. 2022, arXiv:2209.11055): texts of one class are to have the cosine 1, texts of two the
/// cosine 0 (losses/cosine_similarity.h). `classes`: the number of each text's class; `encoder` serves `model`'s
/// weights. Returns of how many texts training saw the beginning alone. The same bits for any number of threads. Throws
/// as data::class_pairs and Trainer::step(); Cancelled.
std::size_t tune_to_classes(models::TrainableModel& model, const engine::Encoder& encoder,
                            std::span<const std::string> texts, std::span<const std::uint32_t> classes,
                            const ClassTuning& tuning, const TuningProgress& progress, std::stop_token stop);

/// The pairs as rows of two texts with the score 1 or 0, each text tokenized once. Throws Cancelled.
TokenRows rows_of_pairs(std::span<const std::string> texts, std::span<const data::ClassPair> pairs,
                        const engine::Encoder& encoder, std::stop_token stop = {});

}  // namespace mana::train
