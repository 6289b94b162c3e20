#include "mana/data/pretraining/masked_batches.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/random.h"
#include "mana/base/team.h"

namespace mana::data {
namespace {

constexpr std::uint64_t kHeldOutSeed = 0x6865'6C64'206F'7574;  // whatever the training's is
constexpr std::uint64_t kMasks = 0x6D61'736B;                  // the stream of an epoch

/// Pairs take two sentences of a document, and two such documents on either side. What is held out is a share of these.
std::vector<std::uint32_t> documents_for_pairs(const TokenFile& tokens, double share, CorpusSide side) {
  constexpr std::size_t kLeast = 2;
  const std::size_t usable = documents_of(tokens, CorpusSide::held_out, 1, 0, kLeast).size();
  // A corpus that has no pairs whatever is held out is the plan's to refuse.
  if (share == 0 || usable < kLeast) return documents_of(tokens, CorpusSide::training, 0, 0);
  const std::size_t held_out = documents_of(tokens, CorpusSide::held_out, share, kLeast, kLeast).size();
  if (usable - held_out < kLeast) {
    throw ArgumentError(fmt::format(
        "{} has {} document{} of two sentences or more; {} held out, which leaves {}, but pairs need two to train on "
        "and two to validate on; give more (an empty line ends one), a smaller share as `held_out`, or 0, which holds "
        "none out",
        tokens.path().string(), usable, usable == 1 ? "" : "s",
        held_out == 1 ? "1 is" : fmt::format("{} are", held_out), usable - held_out));
  }
  return documents_of(tokens, side, share, kLeast, kLeast);
}

std::vector<std::uint32_t> documents_for(const TokenFile& tokens, const MaskedBatchOptions& options, CorpusSide side) {
  if (!(options.held_out >= 0 && options.held_out < 1)) {
    throw ArgumentError(fmt::format("`held_out` is {}; give a share of the documents below 1", options.held_out));
  }
  if (side == CorpusSide::held_out && options.held_out == 0) {
    throw ArgumentError("no document is held out, so there is none to validate on; give a share above 0 as `held_out`");
  }
  if (options.packing.form == Packing::Form::pairs) return documents_for_pairs(tokens, options.held_out, side);
  std::vector<std::uint32_t> documents = documents_of(tokens, side, options.held_out, 1);
  if (documents.empty()) {
    throw ArgumentError(
        fmt::format("{} has {} document{}, too few to hold some out and train on the others; give more (an empty line "
                    "ends one), or hold none out: 0 as `held_out`",
                    tokens.path().string(), tokens.documents(), tokens.documents() == 1 ? "" : "s"));
  }
  return documents;
}

std::size_t token_count(std::span<const TokenRun> runs) {
  std::size_t count = 1;  // [CLS], and a [SEP] behind each run
  for (const TokenRun& run : runs) count += run.count + 1;
  return count;
}

}  // namespace

MaskedBatches::MaskedBatches(const TokenFile& tokens, const MaskVocabulary& vocabulary,
                             const MaskedBatchOptions& options, CorpusSide side)
    : tokens_(tokens),
      vocabulary_(vocabulary),
      side_(side),
      seed_(side == CorpusSide::held_out ? kHeldOutSeed : options.seed),
      masking_(vocabulary, options.masks),
      plan_(tokens, documents_for(tokens, options, side), options.packing) {
  if (tokens.origin().vocabulary != vocabulary.size()) {
    throw ArgumentError(fmt::format("{} has tokens of a vocabulary of {}, not of {}; make it again with this tokenizer",
                                    tokens.path().string(), tokens.origin().vocabulary, vocabulary.size()));
  }
  if (options.batch_tokens < options.packing.length) {
    throw ArgumentError(fmt::format("`batch_tokens` is {}, less than a sequence of {} tokens", options.batch_tokens,
                                    options.packing.length));
  }
  const EpochSequences& first = epoch(0)->sequences;
  std::size_t total = 0;  // T
  for (std::size_t i = 0; i < first.count(); ++i) total += token_count(first.sequence(i));
  steps_ = std::clamp<std::size_t>(total / options.batch_tokens, 1, plan_.least_sequences());
}

std::shared_ptr<const MaskedBatches::Epoch> MaskedBatches::epoch(std::uint64_t number) const {
  const std::scoped_lock lock(mutex_);
  for (const auto& planned : planned_) {
    if (planned && planned->number == number) return planned;
  }
  planned_[1] = std::exchange(planned_[0], std::make_shared<const Epoch>(Epoch{number, plan_.of_epoch(seed_, number)}));
  return planned_[0];
}

MaskedBatch MaskedBatches::batch(std::uint64_t number, std::size_t place) const {
  if (side_ == CorpusSide::held_out) number = 0;
  const auto planned = epoch(number);
  const EpochSequences& sequences = planned->sequences;
  const Part part = part_of(sequences.count(), static_cast<unsigned>(place), static_cast<unsigned>(steps_));
  std::size_t total = 0;
  for (std::size_t i = part.begin; i < part.end; ++i) total += token_count(sequences.sequence(i));

  MaskedBatch batch;
  const bool pairs = !sequences.next.empty();
  batch.ids.reserve(total);
  if (pairs) batch.type_ids.reserve(total);
  batch.offsets.reserve(part.end - part.begin + 1);
  batch.offsets.push_back(0);
  const std::uint64_t masks = Random::key(Random::key(seed_, number), kMasks);
  for (std::size_t i = part.begin; i < part.end; ++i) {
    const std::size_t begin = batch.ids.size();
    batch.ids.push_back(vocabulary_.begin());
    for (const TokenRun& run : sequences.sequence(i)) {
      const std::size_t at = batch.ids.size();
      batch.ids.resize(at + run.count);
      tokens_.copy(run.begin, std::span(batch.ids).subspan(at));
      batch.ids.push_back(vocabulary_.separator());
      if (!pairs) continue;
      const bool second = batch.type_ids.size() > begin;
      batch.type_ids.resize(batch.ids.size(), second ? 1 : 0);
    }
    masking_.hide(std::span(batch.ids).subspan(begin), static_cast<std::uint32_t>(begin), Random(Random::key(masks, i)),
                  batch.chosen, batch.originals);
    batch.offsets.push_back(static_cast<std::uint32_t>(batch.ids.size()));
    if (pairs) batch.next.push_back(sequences.next[i]);
  }
  return batch;
}

}  // namespace mana::data
