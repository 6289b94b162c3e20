#include "mana/train/sentence/row_plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "mana/train/sentence/learnable.h"

namespace mana::train {

nn::Masks SentenceOptions::masks(const models::TrainableModel& model, std::uint64_t pass_seed,
                                 std::uint64_t number) const {
  nn::Masks masks = model.masks(pass_seed, number);
  if (dropout) masks.hidden = masks.attention = *dropout;
  return masks;
}

void TextBatch::add(const TokenRows& set, std::size_t row, std::size_t column) {
  add(set.text(row, column), set.types_of(row, column));
}

void TextBatch::add(std::span<const text::TokenId> text, std::span<const text::TokenId> text_types) {
  ids.insert(ids.end(), text.begin(), text.end());
  types.insert(types.end(), text_types.begin(), text_types.end());
  offsets.push_back(static_cast<std::uint32_t>(ids.size()));
}

RowPlan::RowPlan(std::span<const TokenRows> sets, const data::BatchRules& rules, std::uint64_t seed,
                 std::uint32_t passes, std::string_view loss)
    : sets_(sets), rules_(rules), seed_(seed) {
  for (const TokenRows& set : sets_) {
    facts_.push_back(set.facts);
    for (std::uint32_t& tokens : facts_.back().tokens) tokens *= passes;
  }
  plan_ = data::plan_epoch(facts_, rules_, seed_, planned_epoch_);
  batches_ = plan_.size();
  std::vector<std::size_t> taken(sets_.size());
  for (const data::PlannedBatch& batch : plan_) taken[batch.set] += batch.rows.size();
  for (std::size_t i = 0; i < sets_.size(); ++i) left_out_ += sets_[i].rows() - taken[i];
  if (plan_.empty() || std::ranges::count(taken, 0U) > 0) refuse_rows_without_batch(sets_, facts_, rules_, loss);
}

/// Epochs may differ by a batch: each is cut short, or goes round again, so that all have as many as the first.
const data::PlannedBatch& RowPlan::at(const BatchPlace& place) {
  if (place.epoch != planned_epoch_) {
    plan_ = data::plan_epoch(facts_, rules_, seed_, planned_epoch_ = place.epoch);
    for (std::size_t i = 0; plan_.size() < batches_; ++i) plan_.push_back(plan_[i]);
    plan_.resize(batches_);
  }
  return plan_[place.index];
}

std::string RowPlan::whereabouts(const data::PlannedBatch& batch) const {
  constexpr std::size_t kNamed = 5;
  std::vector<std::uint32_t> lines;
  for (const std::uint32_t row : std::span(batch.rows).first(std::min(kNamed, batch.rows.size()))) {
    lines.push_back(set(batch).lines[row]);
  }
  return fmt::format("lines {}{} of {}", fmt::join(lines, ", "), batch.rows.size() > lines.size() ? ", …" : "",
                     set(batch).name);
}

}  // namespace mana::train
