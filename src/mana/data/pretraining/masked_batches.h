#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "mana/data/masked_batch.h"
#include "mana/data/pretraining/masking.h"
#include "mana/data/pretraining/sequence_plan.h"
#include "mana/data/pretraining/token_file.h"

namespace mana::data {

struct MaskedBatchOptions {
  Packing packing;  ///< what makes a sequence, and how long it is
  MaskRule masks;
  std::size_t batch_tokens = 4096;  ///< about, with special tokens
  double held_out = 0.05;           ///< share of the documents that are not trained on; may be 0
  std::uint64_t seed = 0;

  bool operator==(const MaskedBatchOptions&) const = default;
};

/// Which documents: those that are trained on, or those held out for validation.
enum class CorpusSide : std::uint8_t { training, held_out };

/// The batches of masked sequences of a corpus. Every batch is a function of seed, epoch and place: order of the
/// documents, sequences, masks and all. Those that are held out are the same in every epoch and for every seed, so
/// that losses can be compared. Safe to be asked by many threads at once.
class MaskedBatches {
 public:
  /// `tokens` and `vocabulary` outlive it. Throws ArgumentError for options that mean nothing, for a corpus that does
  /// not go with them (without documents enough to hold some out, without a next sentence where pairs are asked for,
  /// of a vocabulary that is not this one).
  MaskedBatches(const TokenFile& tokens, const MaskVocabulary& vocabulary, const MaskedBatchOptions& options,
                CorpusSide side = CorpusSide::training);

  /// Batches of an epoch, of every one as many.
  std::size_t steps() const { return steps_; }
  /// `place` is below steps().
  MaskedBatch batch(std::uint64_t epoch, std::size_t place) const;

  std::uint64_t documents() const { return plan_.documents(); }  ///< of this side
  /// Tokens of this side, without special tokens, of which every epoch has each once.
  std::uint64_t tokens() const { return plan_.tokens(); }
  /// Tokens that are in no sequence: with pairs, those of documents of a single sentence, which has no next.
  std::uint64_t tokens_left_out() const { return plan_.tokens_left_out(); }

 private:
  std::shared_ptr<const EpochSequences> sequences(std::uint64_t epoch) const;

  const TokenFile& tokens_;
  const MaskVocabulary& vocabulary_;
  MaskedBatchOptions options_;
  Masking masking_;
  SequencePlan plan_;
  std::size_t steps_ = 0;
  mutable std::mutex mutex_;  // of what follows: the epochs that were asked for last
  mutable std::shared_ptr<const EpochSequences> kept_[2];
};

}  // namespace mana::data
