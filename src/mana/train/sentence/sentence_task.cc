#include "mana/train/sentence/sentence_task.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "mana/autograd/operations.h"
#include "mana/base/errors.h"
#include "mana/base/random.h"
#include "mana/train/sentence/gradient_cache.h"
#include "mana/train/sentence/learnable.h"

namespace mana::train {
namespace {

/// What planning is to know of the rows: a text that is embedded twice has twice the tokens.
std::vector<data::RowFacts> facts_of(std::span<const TokenRows> sets, const LossData& data) {
  std::vector<data::RowFacts> facts;
  for (const TokenRows& set : sets) {
    facts.push_back(set.facts);
    if (!data.twice) continue;
    for (std::uint32_t& tokens : facts.back().tokens) tokens *= 2;
  }
  return facts;
}

}  // namespace

void TextBatch::add(const TokenRows& set, std::size_t row, std::size_t column) {
  const auto text = set.text(row, column), of_text = set.types_of(row, column);
  ids.insert(ids.end(), text.begin(), text.end());
  types.insert(types.end(), of_text.begin(), of_text.end());
  offsets.push_back(static_cast<std::uint32_t>(ids.size()));
}

SentenceTask::SentenceTask(models::TrainableModel& model, std::span<const TokenRows> sets, Loss& loss,
                           const SentenceOptions& options)
    : model_(model), sets_(sets), loss_(loss), options_(options) {
  options_.batches = rules_for(loss.data, options.batches);
  require_labels_that_teach(sets_, loss);
  require_batch_size(options_.batches, loss);
  const std::vector<data::RowFacts> facts = facts_of(sets_, loss.data);
  plan_ = data::plan_epoch(facts, options_.batches, options_.seed, planned_epoch_);
  batches_ = plan_.size();
  std::vector<std::size_t> taken(sets_.size());
  for (const data::PlannedBatch& batch : plan_) taken[batch.set] += batch.rows.size();
  for (std::size_t i = 0; i < sets_.size(); ++i) left_out_ += sets_[i].rows() - taken[i];
  if (plan_.empty() || std::ranges::count(taken, 0U) > 0)
    refuse_rows_without_batch(sets_, facts, options_.batches, loss);
}

/// Epochs may differ by a batch: each is cut short, or goes round again, so that all have as many as the first.
void SentenceTask::plan(std::uint64_t epoch) {
  if (epoch == planned_epoch_) return;
  plan_ = data::plan_epoch(facts_of(sets_, loss_.data), options_.batches, options_.seed, planned_epoch_ = epoch);
  for (std::size_t i = 0; plan_.size() < batches_; ++i) plan_.push_back(plan_[i]);
  plan_.resize(batches_);
}

std::vector<BatchSize> SentenceTask::prepare(std::span<const BatchPlace> step) {
  step_.clear();
  std::vector<BatchSize> sizes;
  for (const BatchPlace& place : step) {
    plan(place.epoch);
    Batch& batch = step_.emplace_back(Batch{.rows = plan_[place.index], .number = place.number, .texts = {}});
    const TokenRows& set = sets_[batch.rows.set];
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
    const TokenRows& set = sets_[batch.rows.set];
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

nn::Masks SentenceTask::masks(std::uint64_t seed, std::uint64_t number) const {
  nn::Masks masks = model_.masks(seed, number);
  if (options_.dropout) masks.hidden = masks.attention = *options_.dropout;
  return masks;
}

Labels SentenceTask::labels_of(const kernels::Run& run, const data::PlannedBatch& batch) const {
  const TokenRows& set = sets_[batch.set];
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
  masks_ = masks(options_.seed, batch.number);
  const autograd::Variable vectors =
      model_(model_.training(tape, masks_), batch.texts.tokens(), options_.prompt_tokens);
  const std::size_t columns = columns_of(sets_[batch.rows.set]), rows = batch.rows.rows.size();
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
  const TokenRows& set = sets_[batch.rows.set];
  const std::vector<std::uint32_t>& rows = batch.rows.rows;
  // Texts and masks of a mini-batch live as long as its tape: until the next one.
  TextBatch texts;
  const auto embed = [&](autograd::Tape& tape, std::size_t column, std::size_t begin, std::size_t end) {
    texts = {};
    for (std::size_t i = begin; i < end; ++i) texts.add(set, rows[i], column % set.facts.texts);
    masks_ = masks(Random::key(options_.seed, batch.number), column * rows.size() + begin);
    return model_(model_.training(tape, masks_), texts.tokens(), options_.prompt_tokens);
  };
  return cached_gradients(loss_, run, columns_of(set), rows.size(), labels_of(run, batch.rows), loss_.mini_batch, embed,
                          weight);
}

std::string SentenceTask::whereabouts(std::size_t index) const {
  constexpr std::size_t kNamed = 5;
  const data::PlannedBatch& batch = step_[index].rows;
  const TokenRows& set = sets_[batch.set];
  std::vector<std::uint32_t> lines;
  for (const std::uint32_t row : std::span(batch.rows).first(std::min(kNamed, batch.rows.size()))) {
    lines.push_back(set.lines[row]);
  }
  return fmt::format("lines {}{} of {}", fmt::join(lines, ", "), batch.rows.size() > lines.size() ? ", …" : "",
                     set.name);
}

}  // namespace mana::train
