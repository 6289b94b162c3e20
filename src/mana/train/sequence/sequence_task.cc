#include "mana/train/sequence/sequence_task.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "mana/autograd/operations.h"
#include "mana/base/errors.h"

namespace mana::train {

void require_known_tokens(const models::TransformerConfig& config, const TokenPairs& pairs) {
  const auto require_vectors = [&](const TokenTexts& texts, std::size_t vocabulary, std::string_view side) {
    const auto greatest = std::ranges::max_element(texts.ids);
    if (greatest == texts.ids.end() || static_cast<std::size_t>(*greatest) < vocabulary) return;
    throw ArgumentError(fmt::format(
        "{}: the {} tokenizer gives the id {}, but the model has {} vectors for it; it needs the tokenizer that it was "
        "made for",
        pairs.name, side, *greatest, vocabulary));
  };
  require_vectors(pairs.source, config.source_vocabulary, "source");
  require_vectors(pairs.target, config.target_vocabulary, "target");
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const std::size_t longest = std::max(pairs.lengths[i].source, pairs.lengths[i].target);
    if (longest <= config.positions) continue;
    throw ArgumentError(fmt::format("{}: the pair of line {} has {} tokens, but the model has {} positions", pairs.name,
                                    pairs.lines[i], longest, config.positions));
  }
}

SequenceTask::SequenceTask(models::TrainableTransformer& model, const TokenPairs& pairs, const SequenceOptions& options)
    : model_(model), pairs_(pairs), options_(options), batches_(pairs.lengths, options.batch_tokens) {
  require_known_tokens(model.config(), pairs);
}

std::vector<BatchSize> SequenceTask::prepare(std::span<const BatchPlace> step) {
  step_.clear();
  std::vector<BatchSize> sizes;
  sizes.reserve(step.size());
  for (const BatchPlace& place : step) {
    if (planned_epoch_ != place.epoch) plan_ = batches_.of_epoch(options_.seed, place.epoch);
    planned_epoch_ = place.epoch;
    const std::vector<std::uint32_t>& pairs = plan_[place.index];
    const Batch& batch = step_.emplace_back(Batch{pairs, place.number, {pairs_, pairs, model_.config().start}});
    sizes.push_back({.rows = pairs.size(), .tokens = batch.texts.tokens(), .count = batch.texts.labels.size()});
  }
  return sizes;
}

std::vector<std::uint32_t> SequenceTask::rows_read(const autograd::Parameter& parameter) const {
  std::vector<std::uint32_t> rows;
  for (const Batch& batch : step_) {
    for (const SequenceSide* side : {&batch.texts.source, &batch.texts.target}) {
      for (const text::TokenId id : side->ids) {
        if (static_cast<std::size_t>(id) < parameter.rows) rows.push_back(static_cast<std::uint32_t>(id));
      }
    }
  }
  std::ranges::sort(rows);
  rows.erase(std::ranges::unique(rows).begin(), rows.end());
  return rows;
}

nn::Masks SequenceTask::masks(std::uint64_t number) const {
  nn::Masks masks = model_.masks(options_.seed, number);
  masks.hidden = options_.dropout.value_or(masks.hidden);
  masks.attention = options_.attention_dropout.value_or(masks.attention);
  return masks;
}

autograd::Variable SequenceTask::loss(autograd::Tape& tape, std::size_t index) {
  const SequenceBatch& texts = step_[index].texts;
  masks_ = masks(step_[index].number);
  return autograd::mean(model_.losses(model_.training(tape, masks_), texts.source.tokens(), texts.target.tokens(),
                                      texts.labels, options_.smoothing));
}

float SequenceTask::differentiate(autograd::Tape& tape, std::size_t batch, float weight, StepTimes& times) {
  const float value = Task::differentiate(tape, batch, weight, times);
  model_.hold_pads();
  return value;
}

std::string SequenceTask::whereabouts(std::size_t index) const {
  constexpr std::size_t kNamed = 5;
  const std::vector<std::uint32_t>& pairs = step_[index].pairs;
  std::vector<std::uint32_t> lines;
  lines.reserve(kNamed);
  for (const std::uint32_t pair : std::span(pairs).first(std::min(kNamed, pairs.size()))) {
    lines.push_back(pairs_.lines[pair]);
  }
  return fmt::format("lines {}{} of {}", fmt::join(lines, ", "), pairs.size() > lines.size() ? ", …" : "", pairs_.name);
}

}  // namespace mana::train
