#include "mana/train/sentence/sentence_task.h"

#include <algorithm>

#include "mana/autograd/operations.h"
#include "mana/base/random.h"
#include "mana/train/sentence/gradient_cache.h"
#include "mana/train/sentence/learnable.h"

namespace mana::train {
namespace {

/// Refuses rows that teach nothing.
data::BatchRules checked_rules(std::span<const TokenRows> sets, const Loss& loss, const data::BatchRules& wanted) {
  const data::BatchRules rules = rules_for(loss.data, wanted);
  require_labels_that_teach(sets, loss);
  require_batch_size(rules, loss);
  return rules;
}

}  // namespace

SentenceTask::SentenceTask(models::TrainableModel& model, std::span<const TokenRows> sets, Loss& loss,
                           const SentenceOptions& options)
    : model_(model),
      loss_(loss),
      options_(options),
      plan_(sets, checked_rules(sets, loss, options.batches), options.seed, loss.data.twice ? 2 : 1, loss.name) {}

std::vector<BatchSize> SentenceTask::prepare(std::span<const BatchPlace> step) {
  step_.clear();
  std::vector<BatchSize> sizes;
  for (const BatchPlace& place : step) {
    Batch& batch = step_.emplace_back(Batch{.rows = plan_.at(place), .number = place.number, .texts = {}});
    const TokenRows& set = plan_.set(batch.rows);
    BatchSize& size = sizes.emplace_back();
    size.rows = size.count = batch.rows.rows.size();
    for (std::size_t column = 0; column < columns_of(set); ++column) {
      for (const std::uint32_t row : batch.rows.rows) {
        size.tokens += set.text(row, column % set.facts.texts).size();
        if (loss_.mini_batch == 0) batch.texts.add(set, row, column % set.facts.texts);
      }
    }
  }
  return sizes;
}

/// Those of the tokens that occur.
std::vector<std::uint32_t> SentenceTask::rows_read(const autograd::Parameter&) const {
  std::vector<std::uint32_t> rows;
  for (const Batch& batch : step_) {
    const TokenRows& set = plan_.set(batch.rows);
    for (const std::uint32_t row : batch.rows.rows) {
      for (std::size_t column = 0; column < set.facts.texts; ++column) {
        for (const text::TokenId id : set.text(row, column)) rows.push_back(static_cast<std::uint32_t>(id));
      }
    }
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

Labels SentenceTask::labels_of(const kernels::Run& run, const data::PlannedBatch& batch) const {
  const TokenRows& set = plan_.set(batch);
  Labels labels{.values = run.tensor(batch.rows.size(), set.labels)};
  for (std::size_t i = 0; i < batch.rows.size(); ++i) {
    std::copy_n(set.label_values.data() + batch.rows[i] * set.labels, set.labels, labels.values.row(i).data());
  }
  if (loss_.data.label == Label::category) {
    for (const std::uint32_t row : batch.rows)
      labels.classes.push_back(static_cast<std::uint32_t>(set.facts.classes[row]));
  }
  return labels;
}

autograd::Variable SentenceTask::loss(autograd::Tape& tape, std::size_t index) {
  const Batch& batch = step_[index];
  masks_ = options_.masks(model_, options_.seed, batch.number);
  const autograd::Variable vectors =
      model_(model_.training(tape, masks_), batch.texts.tokens(), options_.prompt_tokens);
  const std::size_t columns = columns_of(plan_.set(batch.rows)), rows = batch.rows.rows.size();
  std::vector<autograd::Variable> parts;
  parts.reserve(columns);
  for (std::size_t column = 0; column < columns; ++column) {
    parts.push_back(autograd::rows_between(vectors, column * rows, (column + 1) * rows));
  }
  return loss_(parts, labels_of(tape.run(), batch.rows));
}

float SentenceTask::differentiate(autograd::Tape& tape, std::size_t index, float weight, StepTimes& times) {
  if (loss_.mini_batch == 0) return Task::differentiate(tape, index, weight, times);
  const Stopwatch watch(times.backward);
  return differentiate_cached(tape.run(), step_[index], weight);
}

float SentenceTask::differentiate_cached(const kernels::Run& run, const Batch& batch, float weight) {
  const TokenRows& set = plan_.set(batch.rows);
  const std::vector<std::uint32_t>& rows = batch.rows.rows;
  // Texts and masks of a mini-batch live as long as its tape: until the next one.
  TextBatch texts;
  const auto embed = [&](autograd::Tape& tape, std::size_t column, std::size_t begin, std::size_t end) {
    texts = {};
    for (std::size_t i = begin; i < end; ++i) texts.add(set, rows[i], column % set.facts.texts);
    masks_ = options_.masks(model_, Random::key(options_.seed, batch.number), column * rows.size() + begin);
    return model_(model_.training(tape, masks_), texts.tokens(), options_.prompt_tokens);
  };
  return cached_gradients(loss_, run, columns_of(set), rows.size(), labels_of(run, batch.rows), loss_.mini_batch, embed,
                          weight);
}

}  // namespace mana::train
