#include "mana/train/masked/masked_task.h"

#include <fmt/format.h>

#include <utility>

#include "mana/autograd/operations.h"
#include "mana/base/errors.h"

namespace mana::train {

nn::TokenBatch tokens_of(const data::MaskedBatch& batch) {
  return {.ids = batch.ids, .type_ids = batch.type_ids, .offsets = batch.offsets};
}

MaskedTask::MaskedTask(models::TrainableMaskedModel& model, MaskedSource source, MaskedTaskOptions options)
    : model_(model), first_(std::move(source)), options_(std::move(options)) {
  if (model.next_sentence() && model.config().types < 2) {
    throw ArgumentError(
        "the model has a vector for one type of token alone, and a pair of texts needs two: train it without pairs");
  }
}

void MaskedTask::go_over_to(MaskedSource source, std::uint64_t number) {
  second_ = std::move(source);
  turn_ = number;
}

data::MaskedBatch MaskedTask::batch_at(const BatchPlace& place) const {
  if (!turn_ || place.number < *turn_) return first_.batch(place.epoch, place.index);
  const std::uint64_t number = place.number - *turn_;
  return second_.batch(number / second_.batches, number % second_.batches);
}

std::vector<BatchSize> MaskedTask::prepare(std::span<const BatchPlace> step) {
  step_.clear();
  words_ = pairs_ = 0;
  std::vector<BatchSize> sizes;
  sizes.reserve(step.size());
  for (const BatchPlace& place : step) {
    const data::MaskedBatch& texts = step_.emplace_back(Batch{batch_at(place), place}).texts;
    words_ += texts.chosen.size();
    pairs_ += texts.next.size();
    sizes.push_back({.rows = texts.offsets.size() - 1, .tokens = texts.ids.size(), .count = texts.chosen.size()});
  }
  return sizes;
}

nn::Masks MaskedTask::masks(std::uint64_t number) const {
  nn::Masks masks = model_.masks(options_.seed, number);
  masks.hidden = options_.dropout.value_or(masks.hidden);
  masks.attention = options_.attention_dropout.value_or(masks.attention);
  return masks;
}

autograd::Variable MaskedTask::loss(autograd::Tape& tape, std::size_t index) {
  const data::MaskedBatch& batch = step_[index].texts;
  masks_ = masks(step_[index].place.number);
  const nn::Training training = model_.training(tape, masks_);
  const autograd::Variable states = model_.states(training, tokens_of(batch));
  const autograd::Variable words = autograd::mean(
      model_.word_losses(training, states, batch.chosen, {batch.originals.begin(), batch.originals.end()}));
  if (!model_.next_sentence() || batch.next.empty()) return words;
  // The loop weighs this batch by its words; its pairs are to count by their own number.
  const double share = static_cast<double>(batch.next.size()) / static_cast<double>(pairs_);
  const double weight = static_cast<double>(batch.chosen.size()) / static_cast<double>(words_);
  const autograd::Variable logits = model_.next_logits(training, states, tokens_of(batch).sequences());
  return words +
         static_cast<float>(share / weight) * autograd::cross_entropy(logits, {batch.next.begin(), batch.next.end()});
}

std::string MaskedTask::whereabouts(std::size_t index) const {
  const BatchPlace& place = step_[index].place;
  return fmt::format("batch {} of epoch {} of {}", place.index + 1, place.epoch + 1, options_.name);
}

}  // namespace mana::train
