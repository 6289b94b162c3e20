#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mana/data/batch_plan.h"
#include "mana/models/sentence/trainable_model.h"
#include "mana/train/sentence/token_rows.h"
#include "mana/train/task.h"

namespace mana::train {

/// How a sentence encoder sees its rows, whatever it learns of them.
struct SentenceOptions {
  data::BatchRules batches;
  std::optional<float> dropout = {};  ///< everywhere, in place of the model's own probabilities
  std::size_t prompt_tokens = 0;      ///< with which every text begins
  std::uint64_t seed = 0;

  /// The dropout of the pass with this number.
  nn::Masks masks(const models::TrainableModel& model, std::uint64_t pass_seed, std::uint64_t number) const;
};

/// Texts of rows side by side, as a model takes them.
struct TextBatch {
  std::vector<text::TokenId> ids, types;
  std::vector<std::uint32_t> offsets = {0};

  void add(const TokenRows& set, std::size_t row, std::size_t column);
  void add(std::span<const text::TokenId> text, std::span<const text::TokenId> text_types = {});
  nn::TokenBatch tokens() const { return {.ids = ids, .type_ids = types, .offsets = offsets}; }
};

/// Which rows are a batch, as a function of seed, epoch and place.
class RowPlan {
 public:
  /// `sets` outlive it. `passes`: how often a text goes through the layers. Throws ArgumentError for rows that make no
  /// batch; `loss` is what wants them, for messages.
  RowPlan(std::span<const TokenRows> sets, const data::BatchRules& rules, std::uint64_t seed, std::uint32_t passes,
          std::string_view loss);

  /// Of an epoch, of every one as many.
  std::size_t batches() const { return batches_; }
  /// Rows that no batch of the first epoch takes; others may be left out in the next.
  std::size_t left_out() const { return left_out_; }

  const data::PlannedBatch& at(const BatchPlace& place);
  const TokenRows& set(const data::PlannedBatch& batch) const { return sets_[batch.set]; }
  /// "lines 3, 17, … of pairs.tsv"
  std::string whereabouts(const data::PlannedBatch& batch) const;

 private:
  std::span<const TokenRows> sets_;
  data::BatchRules rules_;
  std::uint64_t seed_;
  std::vector<data::RowFacts> facts_;
  std::vector<data::PlannedBatch> plan_;  // of the epoch planned_epoch_
  std::uint64_t planned_epoch_ = 0;
  std::size_t batches_ = 0;
  std::size_t left_out_ = 0;
};

}  // namespace mana::train
