#include "mana/train/sentence/denoising_task.h"

#include <utility>

#include "mana/autograd/operations/mean.h"
#include "mana/base/random.h"

namespace mana::train {

DenoisingTask::DenoisingTask(models::TrainableModel& model, models::TrainableDecoder& decoder,
                             std::span<const TokenRows> sets, WordDeletion deletion, const SentenceOptions& options)
    : model_(model),
      decoder_(decoder),
      deletion_(std::move(deletion)),
      options_(options),
      plan_(sets, options.batches, options.seed, 2, "tsdae") {}

void DenoisingTask::refresh(const kernels::Run& run) {
  model_.refresh(run);
  decoder_.refresh(run);
}

std::vector<BatchSize> DenoisingTask::prepare(std::span<const BatchPlace> step) {
  step_.clear();
  std::vector<BatchSize> sizes;
  for (const BatchPlace& place : step) {
    Batch& batch = step_.emplace_back(Batch{.rows = plan_.at(place), .number = place.number});
    const TokenRows& set = plan_.set(batch.rows);
    const std::uint64_t chance = Random::key(options_.seed, place.number);
    for (const std::uint32_t row : batch.rows.rows) {
      const auto text = set.text(row, 0), types = set.types_of(row, 0);
      const Random random(Random::key(chance, batch.targets.offsets.size() - 1));
      TextBatch thinned;
      for (const std::uint32_t i : deletion_.kept(text, options_.prompt_tokens, random)) {
        thinned.ids.push_back(text[i]);
        if (!types.empty()) thinned.types.push_back(types[i]);
      }
      batch.thinned.add(thinned.ids, thinned.types);
      batch.targets.add(text.first(text.size() - 1));
      batch.labels.insert(batch.labels.end(), text.begin() + 1, text.end());
    }
    sizes.push_back({.rows = batch.rows.rows.size(),
                     .tokens = batch.thinned.ids.size() + batch.targets.ids.size(),
                     .count = batch.labels.size()});
  }
  return sizes;
}

autograd::Variable DenoisingTask::loss(autograd::Tape& tape, std::size_t index) {
  const Batch& batch = step_[index];
  masks_ = options_.masks(model_, options_.seed, batch.number);
  const nn::Training training = decoder_.training(tape, masks_);
  const autograd::Variable vectors = model_(training, batch.thinned.tokens(), options_.prompt_tokens);
  return autograd::mean(decoder_.losses(training, vectors, batch.targets.tokens(), batch.labels));
}

}  // namespace mana::train
